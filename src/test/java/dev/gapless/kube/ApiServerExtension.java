package dev.gapless.kube;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Starts the API server for the first test that asks for it and stops it after the last.
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
    return parameter.getParameter().getType() == KubeApiServer.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(KubeApiServer.class, _ -> KubeApiServer.start(), KubeApiServer.class);
  }
}
