package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ServeCommandTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --port 70000                  | --port: must be between 0 and 65535, is 70000
          --port https                  | Invalid value for option '--port'
          --port 9000                   | --port and --management-port: must differ, both are 9000
          --kubernetes-version newest   | --kubernetes-version: must look like 1.34, is "newest"
          --shutdown-delay 3            | --shutdown-delay: must look like 500ms, 3s or 1m, is "3"
          --shutdown-delay -3s          | --shutdown-delay: must look like 500ms, 3s or 1m
          --shutdown-delay xms          | --shutdown-delay: must look like 500ms, 3s or 1m
          --log-level loud              | --log-level: must be one of [ERROR, WARN, INFO, DEBUG]
          --policy no/such.yaml         | no/such.yaml
          --kubeconfig no/such          | no/such: the kubeconfig does not exist
          --certificate a.pem           | --key
          --certificate a.pem --key b   | a.pem: does not exist
          --self-managed-certificate    | --self-managed-certificate: needs a cluster
          --namespace shop              | need --self-managed-certificate
          --unheard-of                  | Unknown option: '--unheard-of'
          """)
  void aMistakeEndsTheCommandWithASentenceAboutIt(String options, String message) {
    var errors = new StringWriter();

    int code = execute(errors, options.split(" "));

    assertEquals(2, code);
    assertTrue(errors.toString().contains(message), errors.toString());
    assertFalse(errors.toString().contains("\tat "), errors.toString());
  }

  @Test
  void aMistakeLeavesNothingBehind() throws Exception {
    Path certs = folder.resolve("certs");
    String before = System.getProperty("gapless.tls.certs-dir", "");
    execute(new StringWriter(), "--certs-dir", certs.toString(), "--log-level", "loud");

    assertFalse(Files.exists(certs));
    assertEquals(before, System.getProperty("gapless.tls.certs-dir", ""));
  }

  private static int execute(StringWriter errors, String... options) {
    return new CommandLine(new ServeCommand())
        .setErr(new PrintWriter(errors, true))
        .execute(options);
  }
}
