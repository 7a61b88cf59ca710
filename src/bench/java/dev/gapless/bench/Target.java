package dev.gapless.bench;

import java.util.List;
import java.util.OptionalDouble;

/// What a figure should come to, and what it came to.
///
/// @param limit the highest value that meets it, or the lowest where `atLeast`
/// @param actual empty where it was not measured
record Target(String name, double limit, boolean atLeast, String unit, OptionalDouble actual) {

  /// All targets, with what this run says of them.
  static List<Target> of(Samples samples) {
    String h1 = Wire.cpu("HTTP/1.1", 20);
    String h2 = Wire.cpu("HTTP/2", 20);
    return List.of(
        atMost(
            "CPU per admission beside the Go webhook, HTTP/1.1",
            0.35,
            "x",
            samples.ratio(Server.GAPLESS, Server.GO, h1)),
        atMost(
            "CPU per admission beside the Go webhook, HTTP/2",
            0.5,
            "x",
            samples.ratio(Server.GAPLESS, Server.GO, h2)),
        atMost(
            "CPU per admission beside a fixed answer, HTTP/1.1",
            2,
            "x",
            samples.ratio(Server.GAPLESS, Server.VERTX_FIXED, h1)),
        atMost(
            "p99 at 20 connections beside the Go webhook, HTTP/1.1",
            1,
            "x",
            samples.ratio(Server.GAPLESS, Server.GO, Wire.latency("p99", "HTTP/1.1", 20))),
        atMost(
            "engine, typical creation, broken",
            30,
            "us",
            samples.median("engine", Micro.time("TYPICAL_6K CREATE broken"))),
        atMost(
            "engine, typical creation, broken",
            60,
            "KB",
            samples.median("engine", Micro.memory("TYPICAL_6K CREATE broken"))),
        atMost(
            "serve to its first answer, CPU",
            1.7,
            "s",
            samples.median(Server.GAPLESS, Start.FIRST_CPU)),
        atMost(
            "serve after 10,000 admissions, resident",
            160,
            "MB",
            samples.median(Server.GAPLESS, Start.RSS_LATER)),
        atMost(
            "check of one file, CPU", 0.55, "s", samples.median(Server.GAPLESS, Start.checkCpu(1))),
        atMost(
            "check of 1,000 files, CPU beside kube-score",
            3,
            "x",
            samples.ratio(Server.GAPLESS, Start.KUBE_SCORE, Start.checkCpu(1000))),
        atMost(
            "dry-run create in an API server, p50 above none",
            2,
            "ms",
            samples.median(Server.GAPLESS, Cluster.ADDED)),
        new Target(
            "dry-run creates by 8 clients beside none",
            0.8,
            true,
            "x",
            samples.median(Server.GAPLESS, Cluster.KEPT)));
  }

  private static Target atMost(String name, double limit, String unit, OptionalDouble actual) {
    return new Target(name, limit, false, unit, actual);
  }

  /// `met`, `not met` or `not measured`.
  String verdict() {
    if (actual.isEmpty()) {
      return "not measured";
    }
    double value = actual.getAsDouble();
    return (atLeast ? value >= limit : value <= limit) ? "met" : "not met";
  }
}
