package dev.gapless.kube;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where etcd, kube-apiserver, kubectl and, built by us, what else is needed of them lie.
record KubePrograms(Path folder) {
  /// What to do where there are none.
  static final String MISSING =
      "no API server to test against: run `make test`, or set KUBEBUILDER_ASSETS to a folder that"
          + " holds etcd, kube-apiserver and kubectl (`.ci/kube` makes one)";

  /// The programs that `make test` or the developer points to.
  static Optional<KubePrograms> find() {
    return Optional.ofNullable(System.getenv("KUBEBUILDER_ASSETS"))
        .filter(it -> !it.isBlank())
        .map(Path::of)
        .map(KubePrograms::new);
  }

  String etcd() {
    return program("etcd");
  }

  String apiServer() {
    return program("kube-apiserver");
  }

  String kubectl() {
    return program("kubectl");
  }

  String controllerManager() {
    return program("kube-controller-manager");
  }

  String helm() {
    return program("helm");
  }

  /// Whether a program is there: assets that others make hold neither helm nor a controller
  /// manager.
  boolean hold(String name) {
    return Files.isExecutable(folder.resolve(name));
  }

  private String program(String name) {
    Path program = folder.resolve(name);
    if (!Files.isExecutable(program)) {
      throw new IllegalStateException("KUBEBUILDER_ASSETS holds no program " + program);
    }
    return program.toString();
  }
}
