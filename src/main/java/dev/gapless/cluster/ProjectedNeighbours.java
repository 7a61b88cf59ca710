package dev.gapless.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.neighbour.Neighbour;
import dev.gapless.neighbour.NeighbourReader;
import dev.gapless.neighbour.Surroundings;
import dev.gapless.workload.UnreadableObjectException;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/// What rules look at of the objects of a kind, kept in the surroundings and nowhere else.
final class ProjectedNeighbours implements Projection {
  private static final Logger LOG = Logger.getLogger(ProjectedNeighbours.class);

  private final String kind;
  private final Surroundings around;

  ProjectedNeighbours(String kind, Surroundings around) {
    this.kind = kind;
    this.around = around;
  }

  @Override
  public boolean put(JsonNode object) {
    Optional<Neighbour> neighbour = neighbour(object);
    if (neighbour.isEmpty()) {
      return remove(object);
    }
    around.put(neighbour.get());
    return true;
  }

  // One that cannot be read is no neighbour, and must not keep the others from being known.
  private Optional<Neighbour> neighbour(JsonNode object) {
    try {
      return NeighbourReader.read(object);
    } catch (UnreadableObjectException unreadable) {
      LOG.debugf(
          "object cannot be read and is no neighbour kind=%s object=%s cause=\"%s\"",
          kind, Projection.key(object), LogText.of(String.valueOf(unreadable.getMessage())));
    } catch (RuntimeException ours) {
      LOG.errorf(
          ours,
          "object could not be read and is no neighbour kind=%s object=%s",
          kind,
          Projection.key(object));
    }
    return Optional.empty();
  }

  @Override
  public boolean remove(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    return around.remove(kind, metadata.path("namespace").asText(), metadata.path("name").asText());
  }

  @Override
  public void retain(Set<String> keys) {
    around.retain(kind, (namespace, name) -> keys.contains(Projection.key(namespace, name)));
  }
}
