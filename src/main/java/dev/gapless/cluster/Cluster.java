package dev.gapless.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.engine.JudgedKinds;
import dev.gapless.engine.Namespace;
import dev.gapless.neighbour.NeighbourType;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.policy.Mode;
import dev.gapless.policy.Policies;
import dev.gapless.policy.RolloutPolicy;
import dev.gapless.rules.Catalog;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// What the API server has stored that decides about workloads, held in memory: policies, the
/// namespaces' labels, exemptions, and what stands around workloads. An admission asks here and
/// never over the network.
///
/// Ready is who has an answer for each of them, and "there is no such resource" and "you may not"
/// are answers: a guard that waits for its policies to be installed would be an outage where it is
/// to prevent them. It audits meanwhile. Once answered, always answered: without the API server the
/// last state holds.
@Singleton
public final class Cluster {
  private static final Logger LOG = Logger.getLogger(Cluster.class);

  // In a cluster nobody has asked for more than to be told.
  private static final Policies BUILT_IN = Policies.builtIn(Mode.AUDIT);

  private final Optional<ApiServer> server;
  private final Duration retryInterval;
  private final ClusterMeters meters;
  private final String release;
  private final PolicyLedger ledger = new PolicyLedger(Catalog.ids(), JudgedKinds.ALL);
  private final List<ProjectionCache> caches = new CopyOnWriteArrayList<>();
  private final Map<WatchedResource, CacheState> told = new HashMap<>();
  private final Projected<Namespace> namespaces = new Projected<>(Cluster::namespace);
  private final Projected<StoredPolicy> policies = new Projected<>(StoredPolicy::of);
  private final Map<NeighbourType, List<ProjectionCache>> neighbours =
      new EnumMap<>(NeighbourType.class);
  private final Surroundings surroundings = new Surroundings(this::knows, false);

  private volatile Optional<ProjectionCache> policyCache = Optional.empty();
  private volatile Optional<StatusWriter> statuses = Optional.empty();

  /// @param version of Gapless, the one that runs here
  @Inject
  Cluster(
      ApiServerRelease release,
      ClusterConfig config,
      ClusterMeters meters,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.server = release.access().config().map(ApiServer::new);
    this.retryInterval = config.retryInterval();
    this.meters = meters;
    this.release = version;
    server.ifPresent(this::watch);
  }

  private void watch(ApiServer from) {
    cache(from, WatchedResource.NAMESPACES, namespaces, () -> {});
    var exempt = new ArrayList<Supplier<Stream<Map<String, String>>>>();
    exempt.add(() -> namespaces.all().stream().map(Namespace::annotations));
    for (NeighbourType type : NeighbourType.values()) {
      var caching = new ArrayList<ProjectionCache>();
      for (WatchedResource resource : WatchedResource.of(type)) {
        Projection projection = new ProjectedNeighbours(resource.kind(), surroundings);
        if (type == NeighbourType.WORKLOAD) {
          var exemptions = new Projected<>(Exemptions::of);
          exempt.add(() -> exemptions.all().stream());
          projection = Projection.both(exemptions, projection);
        }
        caching.add(cache(from, resource, projection, () -> {}));
      }
      neighbours.put(type, List.copyOf(caching));
    }
    meters.watch(surroundings);
    meters.watch(new Exemptions(exempt), Catalog.ids());
    caches.forEach(ProjectionCache::start);
  }

  // Until all of a type has been told nothing is known of it, and nobody is denied anything for it.
  private boolean knows(NeighbourType type) {
    List<ProjectionCache> caching = neighbours.getOrDefault(type, List.of());
    return !caching.isEmpty() && caching.stream().allMatch(ProjectionCache::complete);
  }

  // Labels any selector may ask for; of the annotations only those that can exempt.
  private static Optional<Namespace> namespace(JsonNode object) {
    var labels = new HashMap<String, String>();
    for (var label : object.path("metadata").path("labels").properties()) {
      labels.put(label.getKey(), label.getValue().asText());
    }
    return Optional.of(new Namespace(Map.copyOf(labels), Exemptions.annotations(object)));
  }

  /// Keeps the policies in step from now on, and their status; who judges by others never asks for
  /// them. Without a cluster it does nothing.
  public synchronized void watchPolicies() {
    if (server.isEmpty() || policyCache.isPresent()) {
      return;
    }
    statuses = Optional.of(new StatusWriter(server.get(), ledger, release, meters, retryInterval));
    ProjectionCache cache =
        cache(server.get(), WatchedResource.POLICIES, policies, this::policiesChanged);
    policyCache = Optional.of(cache);
    meters.watch(ledger);
    statuses.get().start();
    cache.start();
  }

  private ProjectionCache cache(
      ApiServer from, WatchedResource resource, Projection projection, Runnable onChange) {
    ProjectionCache.Listener listener =
        new ProjectionCache.Listener() {
          @Override
          public void changed() {
            onChange.run();
          }

          @Override
          public void moved(WatchedResource which, CacheState now, String cause) {
            tell(which, now, cause);
          }
        };
    var cache = new ProjectionCache(from, resource, projection, listener, retryInterval);
    caches.add(cache);
    meters.watch(cache);
    return cache;
  }

  private void policiesChanged() {
    ledger
        .update(policies.all())
        .forEach(entry -> {
          String name = entry.stored().name();
          long generation = entry.stored().generation();
          switch (entry.standing()) {
            case Standing.Accepted _ ->
                LOG.infof("policy is in force name=%s generation=%d", name, generation);
            case Standing.HeldBack(RolloutPolicy _, long good, List<String> problems) ->
                LOG.warnf(
                    "policy is invalid, its last good version stays in force name=%s generation=%d"
                        + " inForce=%d problems=\"%s\"",
                    name, generation, good, LogText.of(problems));
            case Standing.SetAside(List<String> problems) ->
                LOG.warnf(
                    "policy is invalid and set aside name=%s generation=%d problems=\"%s\"",
                    name, generation, LogText.of(problems));
          }
        });
    statuses.ifPresent(StatusWriter::wake);
  }

  // An outage is one line at its beginning and one at its end, however many caches it meets.
  private synchronized void tell(WatchedResource resource, CacheState now, String cause) {
    boolean wasAway = told.containsValue(CacheState.OUT_OF_REACH);
    CacheState before = told.put(resource, now);
    boolean isAway = told.containsValue(CacheState.OUT_OF_REACH);
    if (isAway && !wasAway) {
      LOG.warnf(
          "API server is out of reach, what is known holds server=%s cause=\"%s\"",
          server.map(ApiServer::url).orElse(""), LogText.of(cause));
    }
    if (wasAway && !isAway) {
      LOG.infof("API server answers again server=%s", server.map(ApiServer::url).orElse(""));
    }
    switch (now) {
      case NOT_INSTALLED -> {
        if (resource.equals(WatchedResource.POLICIES)) {
          LOG.warnf(
              "resource is not installed; until its CustomResourceDefinition is, no policy holds and"
                  + " workloads are at most audited resource=%s",
              resource.plural());
        } else {
          LOG.debugf("resource is not installed resource=%s", resource.plural());
        }
      }
      case FORBIDDEN ->
          LOG.warnf(
              "resource may not be read, what is known holds; grant it, see deploy/kubernetes/"
                  + "rbac.yaml resource=%s cause=\"%s\"",
              resource.plural(), LogText.of(cause));
      case IN_STEP -> {
        if (before == CacheState.NOT_INSTALLED || before == CacheState.FORBIDDEN) {
          LOG.infof("resource can be read now resource=%s", resource.plural());
        }
      }
      case ASKING, OUT_OF_REACH -> {}
    }
  }

  /// The policies that hold; the built-in one, auditing, while there is no answer about others.
  public Policies inForce() {
    boolean none = policyCache.map(it -> it.state() != CacheState.IN_STEP).orElse(true);
    return none && ledger.entries().isEmpty() ? BUILT_IN : ledger.inForce();
  }

  /// What is known of the namespace of that name; empty where nothing is, as of one that was made a
  /// moment ago.
  public Optional<Namespace> namespace(String name) {
    return namespaces.get(name);
  }

  /// What is known of the objects around those that are judged.
  @Produces
  @Singleton
  Surroundings surroundings() {
    return surroundings;
  }

  /// Whether the API server has answered about all that is asked for.
  public boolean answered() {
    return caches.stream().allMatch(ProjectionCache::answered);
  }

  /// How each cache stands, by resource.
  SortedMap<String, String> states() {
    var states = new TreeMap<String, String>();
    caches.forEach(it -> states.put(it.resource().plural(), it.state().label()));
    return states;
  }

  void stop(@Observes ShutdownEvent stopping) {
    statuses.ifPresent(StatusWriter::close);
    caches.forEach(ProjectionCache::close);
    server.ifPresent(ApiServer::close);
  }
}
