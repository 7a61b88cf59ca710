package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is wrong with the command line is found out before a server is asked anything.
class ScanCommandTest {
  @TempDir private Path directory;
  private HttpServer server;
  private final AtomicReference<@Nullable String> asked = new AtomicReference<>();

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.set(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(500, -1);
          exchange.close();
        });
    server.start();
    Files.writeString(
        directory.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        current-context: a
        contexts: [{name: a, context: {cluster: c, user: u, namespace: n}}]
        clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
        users: [{name: u, user: {}}]
        """
            .formatted(server.getAddress().getPort()));
    Files.writeString(directory.resolve("truncated.json"), "{\"version\": 1,\n");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          scan -l a=b=c                | -l: found '=', expected: ',' or 'end of string'
          scan -n Shop                 | -n: must be a namespace's name, of 1 to 63 lower case letters, digits and '-', is "Shop"
          scan -n shop.web             | -n: must be a namespace's name, of 1 to 63 lower case letters, digits and '-', is "shop.web"
          scan --namespace=            | -n: must be a namespace's name, of 1 to 63 lower case letters, digits and '-', is ""
          why deployment/web -n a/b    | -n: must be a namespace's name, of 1 to 63 lower case letters, digits and '-', is "a/b"
          diff deployment/web -n -x    | -n: must be a namespace's name, of 1 to 63 lower case letters, digits and '-', is "-x"
          scan --save no/scan.json     | --save no/scan.json: cannot be written: no such folder
          scan --against none.json     | none.json: no such file; write it with --save first
          scan --against truncated.json | truncated.json: must be what --save wrote: Unexpected end-of-input within/between Object entries
          scan --baseline none.json    | none.json: cannot be read: no such file or folder
          scan --policy none.yaml      | none.yaml: cannot be read: no such file or folder
          """)
  void mistakesAreFoundBeforeTheServerIsAsked(String arguments, String message) {
    assertEquals(
        new Invocation(2, "", message + "\n"),
        Invocation.of(directory, (arguments + " --kubeconfig kubeconfig").split(" ", -1)));
    assertNull(asked.get());
  }

  @Test
  void withoutAMistakeItIsAsked() {
    assertEquals(
        2,
        Invocation.of(directory, "scan", "-l", "a=b", "-n", "shop", "--kubeconfig", "kubeconfig")
            .exitCode());
    assertEquals("/version", asked.get());
  }
}
