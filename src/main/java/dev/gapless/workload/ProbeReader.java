package dev.gapless.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads probes, with Kubernetes' defaults filled in.
final class ProbeReader {
  private ProbeReader() {}

  static Probe read(Cursor probe) {
    Cursor http = probe.field("httpGet");
    Cursor port = (http.present() ? http : probe.field("tcpSocket")).field("port");
    return new Probe(
        probe.path(),
        action(probe, http),
        port.path(),
        probe.field("initialDelaySeconds").count(0),
        number(probe.field("periodSeconds"), ApiDefaults.PROBE_PERIOD_SECONDS),
        number(probe.field("timeoutSeconds"), ApiDefaults.PROBE_TIMEOUT_SECONDS),
        number(probe.field("successThreshold"), ApiDefaults.PROBE_SUCCESS_THRESHOLD),
        number(probe.field("failureThreshold"), ApiDefaults.PROBE_FAILURE_THRESHOLD));
  }

  // The API server takes a written 0 for nothing written.
  private static int number(Cursor number, int byDefault) {
    int written = number.count(0);
    return written > 0 ? written : byDefault;
  }

  private static Optional<Probe.Action> action(Cursor probe, Cursor http) {
    if (http.optional().isPresent()) {
      return Optional.of(httpGet(http));
    }
    return probe
        .field("tcpSocket")
        .optional()
        .map(ProbeReader::tcpSocket)
        .or(() -> probe.field("exec").optional().map(ProbeReader::exec))
        .or(() -> probe.field("grpc").optional().map(ProbeReader::grpc));
  }

  private static Probe.Action httpGet(Cursor http) {
    var headers = new ArrayList<Probe.Header>();
    for (Cursor header : http.field("httpHeaders").elements()) {
      headers.add(
          new Probe.Header(
              header.field("name").text().orElse(""), header.field("value").text().orElse("")));
    }
    return new Probe.HttpGet(
        http.field("port").intOrString(),
        http.field("path").text().filter(it -> !it.isEmpty()).orElse(ApiDefaults.PROBE_PATH),
        http.field("scheme").text().filter(it -> !it.isEmpty()).orElse(ApiDefaults.PROBE_SCHEME),
        http.field("host").text().filter(it -> !it.isEmpty()),
        List.copyOf(headers));
  }

  private static Probe.Action tcpSocket(Cursor tcp) {
    return new Probe.TcpSocket(
        tcp.field("port").intOrString(), tcp.field("host").text().filter(it -> !it.isEmpty()));
  }

  private static Probe.Action exec(Cursor exec) {
    return new Probe.Exec(
        exec.field("command").elements().stream().map(it -> it.text().orElse("")).toList());
  }

  private static Probe.Action grpc(Cursor grpc) {
    return new Probe.Grpc(grpc.field("port").count(0), grpc.field("service").text().orElse(""));
  }
}
