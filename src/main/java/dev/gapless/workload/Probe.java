package dev.gapless.workload;

import java.util.List;
import java.util.Optional;

/// A question that the kubelet asks a container again and again; Kubernetes' defaults filled in.
///
/// All numbers are 0 or more, and no number but `initialDelaySeconds` is 0.
///
/// @param action what is asked; empty where nothing readable stands there
/// @param portPath where the port that it asks stands or would stand
/// @param initialDelaySeconds counted from the container's start, also where a startup probe comes
///   first
public record Probe(
    FieldPath path,
    Optional<Action> action,
    FieldPath portPath,
    int initialDelaySeconds,
    int periodSeconds,
    int timeoutSeconds,
    int successThreshold,
    int failureThreshold) {

  /// What a probe asks.
  public sealed interface Action {}

  /// An HTTP request; `host` is empty for the pod's own address.
  public record HttpGet(
      Optional<IntOrString> port,
      String path,
      String scheme,
      Optional<String> host,
      List<Header> headers)
      implements Action {}

  /// A header of an HTTP request.
  public record Header(String name, String value) {}

  /// A connection; `host` is empty for the pod's own address.
  public record TcpSocket(Optional<IntOrString> port, Optional<String> host) implements Action {}

  /// A command in the container, which must exit with 0.
  public record Exec(List<String> command) implements Action {}

  /// A call of the gRPC health service.
  public record Grpc(int port, String service) implements Action {}

  /// The port it asks by name or number (httpGet and tcpSocket only).
  public Optional<IntOrString> port() {
    return switch (action.orElse(null)) {
      case HttpGet http -> http.port();
      case TcpSocket tcp -> tcp.port();
      case Exec _, Grpc _ -> Optional.empty();
      case null -> Optional.empty();
    };
  }

  /// What it asks, with the names of ports replaced by their numbers where the container declares
  /// them: two probes with the same are answered alike.
  public Optional<Action> asks(List<ContainerPort> declared) {
    return action.map(it ->
        switch (it) {
          case HttpGet(var port, String path, String scheme, var host, var headers) ->
              new HttpGet(number(port, declared), path, scheme, host, headers);
          case TcpSocket(var port, var host) -> new TcpSocket(number(port, declared), host);
          case Exec exec -> exec;
          case Grpc grpc -> grpc;
        });
  }

  /// Whether it asks that port of the pod, whose containers share one address. With a `host` that
  /// cannot be told, and it does.
  ///
  /// @param declared the ports of the probe's own container, for names
  public boolean asksPort(int port, List<ContainerPort> declared) {
    return switch (asks(declared).orElse(null)) {
      case HttpGet http -> http.host().isPresent() || isPort(http.port(), port);
      case TcpSocket tcp -> tcp.host().isPresent() || isPort(tcp.port(), port);
      case Grpc grpc -> grpc.port() == port;
      case Exec _ -> false;
      case null -> false;
    };
  }

  /// Whether it runs a command, which may ask anything.
  public boolean runsCommand() {
    return action.orElse(null) instanceof Exec;
  }

  private static boolean isPort(Optional<IntOrString> asked, int port) {
    return asked.equals(Optional.of(new IntOrString.Int(port)));
  }

  private static Optional<IntOrString> number(
      Optional<IntOrString> port, List<ContainerPort> declared) {
    if (!(port.orElse(null) instanceof IntOrString.Text(String name))) {
      return port;
    }
    for (ContainerPort it : declared) {
      if (it.name().equals(Optional.of(name))) {
        return Optional.of(new IntOrString.Int(it.containerPort()));
      }
    }
    return port;
  }

  /// How soon after the container's start it may have failed for good: each of its probes is
  /// refused at once.
  ///
  /// The kubelet asks first when `initialDelaySeconds` have passed and then once a period
  /// (`doProbe` in Kubernetes' `pkg/kubelet/prober/worker.go`).
  public long earliestFailureSeconds() {
    return initialDelaySeconds + (failureThreshold - 1L) * periodSeconds;
  }

  /// How long a container that stops answering has until it has failed for good: each of its probes
  /// ends by its timeout, and the next one is not asked before.
  public long patienceSeconds() {
    return (failureThreshold - 1L) * Math.max(periodSeconds, timeoutSeconds) + timeoutSeconds;
  }

  /// How long after the container's start it may first pass, at the latest, by Kubernetes' own
  /// reckoning: `initialDelaySeconds` and `failureThreshold` periods.
  public long latestSuccessSeconds() {
    return initialDelaySeconds + (long) failureThreshold * periodSeconds;
  }

  /// How long it must go on passing after it has passed first.
  public long confirmationSeconds() {
    return (successThreshold - 1L) * periodSeconds;
  }
}
