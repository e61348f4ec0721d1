package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.nn.closed.Factory;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Records in a named module that opens nothing. The module is made of two packages of these tests. */
class ClosedModuleTest {
    private static final String NAME = "closed.models";
    private static final String EXPORTED = "dev.autodiff.nn.closed";
    private static final String INTERNAL = EXPORTED + ".internal";

    @Test
    void theErrorNamesTheOpensToAdd() throws ReflectiveOperationException {
        Layer layer = (Layer) factory().getMethod("make").invoke(null);
        assertTrue(layer.getClass().getModule().isNamed());
        IllegalStateException e = assertThrows(IllegalStateException.class, layer::parameters);
        assertTrue(e.getMessage().contains("add `opens " + INTERNAL + " to "), e.getMessage());
        assertTrue(e.getMessage().contains("module-info.java of " + NAME), e.getMessage());
    }

    @Test
    void theSameRecordOnTheClassPathIsRead() {
        assertEquals(List.of(), Factory.make().parameters());
    }

    private static Class<?> factory() throws ClassNotFoundException {
        ModuleDescriptor descriptor = ModuleDescriptor.newModule(NAME)
                .packages(Set.of(EXPORTED, INTERNAL))
                .exports(EXPORTED)
                .build();
        ModuleReference reference = new ModuleReference(descriptor, URI.create("test:" + NAME)) {
            @Override
            public ModuleReader open() {
                return new TestClasses();
            }
        };
        ModuleFinder finder = new ModuleFinder() {
            @Override
            public Optional<ModuleReference> find(String name) {
                return name.equals(NAME) ? Optional.of(reference) : Optional.empty();
            }

            @Override
            public Set<ModuleReference> findAll() {
                return Set.of(reference);
            }
        };
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration = boot.configuration().resolve(finder, ModuleFinder.of(), Set.of(NAME));
        ClassLoader parent = ClosedModuleTest.class.getClassLoader();
        ModuleLayer.Controller controller =
                ModuleLayer.defineModulesWithOneLoader(configuration, List.of(boot), parent);
        Module module = controller.layer().findModule(NAME).orElseThrow();
        controller.addReads(module, ClosedModuleTest.class.getModule());
        return controller.layer().findLoader(NAME).loadClass(EXPORTED + ".Factory");
    }

    /** Gives the module the compiled classes of these tests. */
    private static final class TestClasses implements ModuleReader {
        @Override
        public Optional<URI> find(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<InputStream> open(String name) {
            return Optional.ofNullable(ClosedModuleTest.class.getResourceAsStream("/" + name));
        }

        @Override
        public Stream<String> list() {
            return Stream.empty();
        }

        @Override
        public void close() throws IOException {}
    }
}
