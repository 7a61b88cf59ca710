package dev.gapless.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gapless.manifest.ManifestObject;
import java.util.Comparator;

/// What an object is called, wherever it was found.
///
/// @param namespace empty where a manifest leaves it to the client
/// @param name empty where there is none; the prefix where the API server makes the name
record ObjectKey(String apiVersion, String kind, String namespace, String name) {

  /// By namespace, kind and name.
  static final Comparator<ObjectKey> ORDER =
      Comparator.comparing(ObjectKey::namespace)
          .thenComparing(ObjectKey::kind)
          .thenComparing(ObjectKey::name);

  static ObjectKey of(ManifestObject object) {
    return new ObjectKey(object.apiVersion(), object.kind(), object.namespace(), object.name());
  }

  static ObjectKey of(JsonNode tree) {
    return of(ManifestObject.withoutText(tree));
  }

  /// The API group, which stays when a version goes; empty for the core group.
  String group() {
    int slash = apiVersion.indexOf('/');
    return slash < 0 ? "" : apiVersion.substring(0, slash);
  }

  /// All of it as one path: `apps/v1/Deployment/shop/web`.
  String qualified() {
    return apiVersion + "/" + kind + "/" + (namespace.isEmpty() ? "" : namespace + "/") + name;
  }

  /// In words: `apps/v1 Deployment "web"`.
  String title() {
    return apiVersion + " " + kind + " \"" + name + "\"";
  }

  /// In the form of kubectl: `Deployment shop/web`.
  String brief() {
    return kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
  }
}
