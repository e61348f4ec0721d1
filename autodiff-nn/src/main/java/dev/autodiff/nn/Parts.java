package dev.autodiff.nn;

import dev.autodiff.InPlace;
import dev.autodiff.Tensor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The walk over the parts of a layer that names its tensors. */
final class Parts {
    private static final int MOST_PROBLEMS = 20;

    private final Map<String, Tensor> found = new LinkedHashMap<>();
    private final Set<Layer> open = Collections.newSetFromMap(new IdentityHashMap<>());

    private Parts() {}

    /**
     * Returns the components of a record; an enum constant and a lambda have none.
     *
     * @throws IllegalStateException if it is anything else, whose fields nobody would see
     */
    static Map<String, ?> ofRecord(Layer layer) {
        if (!(layer instanceof Record)) {
            Class<?> type = layer.getClass();
            if (layer instanceof Enum || type.isHidden() || type.isSynthetic()) {
                return Map.of();
            }
            throw new IllegalStateException("layer: " + type.getName()
                    + " is no record, so its parameters cannot be found; make it one, or override children(),"
                    + " with Map.of() if it has none");
        }
        Map<String, @Nullable Object> parts = new LinkedHashMap<>();
        for (RecordComponent component : layer.getClass().getRecordComponents()) {
            parts.put(component.getName(), read(layer, component));
        }
        return parts;
    }

    private static @Nullable Object read(Layer layer, RecordComponent component) {
        Class<?> type = layer.getClass();
        try {
            Method accessor = component.getAccessor();
            if (!accessor.canAccess(layer)) {
                accessor.setAccessible(true);
            }
            return accessor.invoke(layer);
        } catch (InaccessibleObjectException | IllegalAccessException e) {
            throw new IllegalStateException(
                    "layer: the components of record " + type.getName() + " cannot be read; add `opens "
                            + type.getPackageName()
                            + " to " + Layer.class.getModule().getName() + ";` to the module-info.java of "
                            + type.getModule().getName() + ", or override children()",
                    e);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(
                    "layer: reading component " + component.getName() + " of record " + type.getName() + " failed",
                    e.getCause());
        }
    }

    /** Returns all tensors below a layer that may be overwritten, themselves. */
    static Map<String, Tensor> of(Layer layer) {
        Parts parts = new Parts();
        parts.add("", layer);
        return parts.found;
    }

    private void add(String path, @Nullable Object part) {
        if (part instanceof Tensor tensor) {
            if (InPlace.canChange(tensor)) {
                found.put(path, tensor);
            }
        } else if (part instanceof Layer layer) {
            if (!open.add(layer)) {
                throw new IllegalStateException("layer: '" + path + "' ("
                        + layer.getClass().getName() + ") contains itself, so its parameters have no end");
            }
            addAll(path, layer.children());
            open.remove(layer);
        } else if (part instanceof Optional<?> optional) {
            add(path, optional.orElse(null));
        } else if (part instanceof List<?> list) {
            addAll(path, list);
        } else if (part instanceof Object[] array) {
            addAll(path, Arrays.asList(array));
        } else if (part instanceof Collection<?> unordered) {
            for (Object element : unordered) {
                if (element instanceof Layer || element instanceof Tensor) {
                    throw new IllegalStateException(
                            "layer: '" + path + "' is a " + part.getClass().getSimpleName()
                                    + ", which has no order to name its parts by; use a List or a Map");
                }
            }
        } else if (part instanceof Map<?, ?> map) {
            addAll(path, map);
        }
    }

    private void addAll(String path, Map<?, ?> parts) {
        parts.forEach((name, part) -> add(join(path, String.valueOf(name)), part));
    }

    private void addAll(String path, List<?> parts) {
        for (int i = 0; i < parts.size(); i++) {
            add(join(path, Integer.toString(i)), parts.get(i));
        }
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Copies tensors into a state with the same names, shapes and types, or complains about all differences. */
    static void load(Map<String, Tensor> state, Map<String, Tensor> tensors) {
        List<String> problems = new ArrayList<>();
        List<Runnable> copies = new ArrayList<>();
        state.forEach((name, own) -> {
            Tensor given = tensors.get(name);
            if (given == null) {
                problems.add("'" + name + "' " + describe(own) + " is missing");
            } else if (!given.shape().equals(own.shape()) || given.dtype() != own.dtype()) {
                problems.add("'" + name + "': expected " + describe(own) + ", got " + describe(given));
            } else {
                copies.add(() -> InPlace.assign(own, given));
            }
        });
        for (String name : tensors.keySet()) {
            if (!state.containsKey(name)) {
                problems.add("'" + name + "' is unexpected");
            }
        }
        if (!problems.isEmpty()) {
            int more = problems.size() - MOST_PROBLEMS;
            throw new IllegalArgumentException("load: nothing was loaded; "
                    + String.join("; ", more > 0 ? problems.subList(0, MOST_PROBLEMS) : problems)
                    + (more > 0 ? "; and " + more + " more" : ""));
        }
        copies.forEach(Runnable::run);
    }

    private static String describe(Tensor tensor) {
        return tensor.dtype() + " " + tensor.shape();
    }
}
