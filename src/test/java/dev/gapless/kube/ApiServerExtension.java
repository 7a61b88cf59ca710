package dev.gapless.kube;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Starts each server for the first test that asks for it and stops it after the last.
final class ApiServerExtension implements ExecutionCondition, ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(ApiServerExtension.class);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (KubePrograms.find().isPresent()) {
      return ConditionEvaluationResult.enabled("there is an API server to run");
    }
    if ("true".equals(System.getenv("CI"))) {
      // Enabled, so that it fails on its parameter: a skipped test would look like a passed one.
      return ConditionEvaluationResult.enabled("CI never skips");
    }
    return ConditionEvaluationResult.disabled(KubePrograms.MISSING);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == KubeApiServer.class || type == GaplessServer.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    ExtensionContext.Store store = context.getRoot().getStore(NAMESPACE);
    KubeApiServer server =
        store.computeIfAbsent(KubeApiServer.class, _ -> KubeApiServer.start(), KubeApiServer.class);
    return parameter.getParameter().getType() == KubeApiServer.class
        ? server
        : store.computeIfAbsent(
            GaplessServer.class, _ -> GaplessServer.start(server, "gapless"), GaplessServer.class);
  }
}
