package dev.gapless.admission;

import dev.gapless.engine.Engine;
import dev.gapless.rules.Catalog;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/// Gives the webhook the engine with every rule there is.
@Singleton
class EngineSource {

  @Produces
  @Singleton
  Engine engine() {
    return new Engine(Catalog.RULES);
  }
}
