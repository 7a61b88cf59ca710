package dev.gapless.bench;

import dev.gapless.tls.PemFiles;
import dev.gapless.tls.SwitchingKeyManager;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.ext.web.Router;
import java.nio.file.Path;

/// The floor of the HTTPS server that Quarkus stands on: an answer that is always the same.
public final class FixedAnswer {
  private static final String ANSWER =
      "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"response\":"
          + "{\"uid\":\"0\",\"allowed\":true}}";

  private FixedAnswer() {}

  /// @param arguments port, certificate and key
  public static void main(String[] arguments) {
    Vertx vertx = Vertx.vertx();
    var keys =
        new SwitchingKeyManager(
            PemFiles.of(Path.of(arguments[1]), Path.of(arguments[2])).current().orElseThrow());
    Router router = Router.router(vertx);
    router
        .post("/fixed")
        .handler(context ->
            context
                .request()
                .body()
                .onSuccess(_ ->
                    context
                        .response()
                        .putHeader("Content-Type", "application/json")
                        .end(Buffer.buffer(ANSWER))));
    // As many event loops as Quarkus makes where it is not told otherwise.
    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
      vertx
          .createHttpServer(
              new HttpServerOptions()
                  .setHost("127.0.0.1")
                  .setPort(Integer.parseInt(arguments[0]))
                  .setSsl(true)
                  .setUseAlpn(true)
                  .setKeyCertOptions(KeyCertOptions.wrap(keys)))
          .requestHandler(router)
          .listen()
          .onFailure(failed -> {
            System.err.println(failed);
            System.exit(1);
          });
    }
  }
}
