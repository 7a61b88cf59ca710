import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/// Gives picocli's classes, which were compiled for Java 5, the form of Java 8: the same instructions,
/// with the frames by which the JVM verifies them. Of older classes JDK 25 puts none into an
/// ahead-of-time cache. And puts the class of Groovy beside them that they look for at each start; where
/// it is not found, every jar has been opened for it. See
/// docs/decisions/0023-what-a-short-command-starts-with.md

final String LOOKED_FOR = "groovy.lang.Closure";

// The first version of which a cache holds classes: that of Java 6.
final int FIRST_CACHED = 50;

void main(String[] arguments) throws IOException {
  Path jar = Path.of(arguments[0]);
  // A native build has no jars beside it.
  if (Files.exists(jar)) {
    Path modern = jar.resolveSibling(jar.getFileName() + ".modern");
    try {
      if (rewrite(jar, modern)) {
        Files.move(modern, jar, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(modern);
    }
  }
}

/// Whether there was anything to change.
boolean rewrite(Path from, Path to) throws IOException {
  boolean changed = false;
  try (var in = new JarFile(from.toFile());
      var out = new JarOutputStream(Files.newOutputStream(to))) {
    ClassFile format =
        ClassFile.of(
            StackMapsOption.GENERATE_STACK_MAPS,
            ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(it -> open(in, it.descriptorString()))
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    for (JarEntry entry : Collections.list(in.entries())) {
      byte[] content = in.getInputStream(entry).readAllBytes();
      if (entry.getName().endsWith(".class")) {
        ClassModel model = format.parse(content);
        if (model.majorVersion() < FIRST_CACHED) {
          content = modern(format, model);
          changed = true;
        }
      }
      var written = new JarEntry(entry.getName());
      written.setTime(entry.getTime());
      out.putNextEntry(written);
      out.write(content);
      out.closeEntry();
    }
    if (changed) {
      out.putNextEntry(new JarEntry(LOOKED_FOR.replace('.', '/') + ".class"));
      out.write(format.build(ClassDesc.of(LOOKED_FOR), empty -> {}));
      out.closeEntry();
    }
  }
  return changed;
}

byte[] modern(ClassFile format, ClassModel model) {
  // That code is passed through makes its frames; copied as it stands, it would get none.
  ClassTransform code = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
  ClassTransform version =
      (builder, element) ->
          builder.with(
              element instanceof ClassFileVersion
                  ? ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0)
                  : element);
  return format.transformClass(model, code.andThen(version));
}

/// A class of the jar itself, or null for one that the JDK has to know.
InputStream open(JarFile jar, String descriptor) {
  JarEntry entry = jar.getJarEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
  try {
    return entry == null ? null : jar.getInputStream(entry);
  } catch (IOException e) {
    throw new UncheckedIOException(e);
  }
}
