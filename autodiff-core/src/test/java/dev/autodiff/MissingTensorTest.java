package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every public operation that is given null for a tensor says which operation it is and which of its tensors is missing. */
class MissingTensorTest {
    /** Receivers and other operands of every rank, so that each operation is content with one of them. */
    private static final List<Tensor> TENSORS = Stream.of(
                    Shape.of(2, 2),
                    Shape.of(2),
                    Shape.of(),
                    Shape.of(2, 2, 2),
                    Shape.of(1, 1, 2, 2),
                    Shape.of(1, 1, 2, 2, 2))
            .map(shape -> Tensor.full(DType.FLOAT64, shape, 0.5))
            .toList();

    private static final List<Class<?>> DOORS = List.of(Tensor.class, Autodiff.class);

    private static Stream<Method> operations() {
        return DOORS.stream()
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .filter(m -> m.getDeclaringClass().getPackage() == Tensor.class.getPackage() && !m.isBridge())
                .filter(m -> !tensors(m).isEmpty())
                .sorted(Comparator.comparing(Method::toString));
    }

    /** Returns the places of parameters that are tensors, or arrays or lists of them, which must not be null. */
    private static List<Integer> tensors(Method method) {
        List<Integer> places = new ArrayList<>();
        AnnotatedType[] types = method.getAnnotatedParameterTypes();
        for (int i = 0; i < types.length; i++) {
            if (holdsTensors(types[i].getType()) && !types[i].isAnnotationPresent(Nullable.class)) {
                places.add(i);
            }
        }
        return places;
    }

    private static Class<?> raw(Type type) {
        return (Class<?>) (type instanceof ParameterizedType p ? p.getRawType() : type);
    }

    private static boolean holdsTensors(Type type) {
        return type == Tensor.class
                || type == Tensor[].class
                || (type instanceof ParameterizedType p
                        && p.getRawType() == List.class
                        && p.getActualTypeArguments()[0] == Tensor.class);
    }

    @Test
    void everyOperationNamesTheTensorThatIsMissing() {
        List<String> wrong = new ArrayList<>();
        List<Method> operations = operations().toList();
        for (Method method : operations) {
            List<Integer> places = tensors(method);
            int input = Modifier.isStatic(method.getModifiers()) ? 0 : 1; // the receiver is input 0
            for (int place : places) {
                int elements = method.getParameterTypes()[place] == Tensor.class ? 1 : 2;
                for (int element = 0; element < elements; element++, input++) {
                    String expected = method.getName() + ": input " + input + " is null; expected a tensor";
                    String got = refusal(method, place, element, expected);
                    if (!expected.equals(got)) {
                        wrong.add(method.toGenericString().replaceAll("[a-z]+\\.", "") + ": expected " + expected
                                + ", got " + got);
                    }
                }
            }
        }
        assertTrue(
                wrong.isEmpty(),
                () -> wrong.size() + " of " + operations.size() + " operations:\n" + String.join("\n", wrong));
    }

    /** Calls an operation without one tensor, with all kinds of others, until it is refused by anything but the expected words. */
    private static String refusal(Method method, int place, int element, String expected) {
        String result = "never refused";
        for (Tensor given : TENSORS) {
            for (int choice = 0; choice < 3; choice++) {
                Type[] types = method.getGenericParameterTypes();
                @Nullable Object[] arguments = new Object[types.length];
                for (int i = 0; i < types.length; i++) {
                    arguments[i] = argument(types[i], given, choice, i == place ? element : -1);
                }
                String words = call(method, given, arguments);
                if (words.startsWith("NullPointerException ")) {
                    String message = words.substring("NullPointerException ".length());
                    if (!message.equals(expected)) {
                        return message;
                    }
                    result = message;
                } else if (!result.equals(expected)) {
                    result = words;
                }
            }
        }
        return result;
    }

    private static String call(Method method, Tensor receiver, @Nullable Object[] arguments) {
        try {
            method.invoke(receiver, arguments);
            return "no exception";
        } catch (InvocationTargetException e) {
            return e.getCause().getClass().getSimpleName() + " " + e.getCause().getMessage();
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Returns an argument for a parameter.
     *
     * @param missing which tensor of it is null, −1 for none
     */
    private static @Nullable Object argument(Type type, Tensor given, int choice, int missing) {
        if (type == Tensor.class) {
            return missing == 0 ? null : given;
        } else if (holdsTensors(type)) {
            Tensor[] tensors = {given, given};
            if (missing >= 0) {
                tensors[missing] = null;
            }
            return type == Tensor[].class ? tensors : Arrays.asList(tensors);
        } else if (type == int.class) {
            return choice;
        } else if (type == int[].class) {
            return new int[] {choice};
        } else if (type == long.class) {
            return (long) choice;
        } else if (type == double.class) {
            return 0.5;
        } else if (type == boolean.class) {
            return choice == 0;
        } else if (type == String.class) {
            return List.of("ij,jk->ik", "a", "b").get(choice);
        } else if (type == Shape.class) {
            return given.shape();
        } else if (type == DType.class) {
            return DType.FLOAT64;
        } else if (type == Generator.class) {
            return Generator.seeded(choice);
        } else if (type instanceof Class<?> c && c.isEnum()) {
            return c.getEnumConstants()[choice % c.getEnumConstants().length];
        } else if (type instanceof Class<?> c
                && c.isArray()
                && c.getComponentType().isEnum()) {
            return java.lang.reflect.Array.newInstance(c.getComponentType(), 0);
        } else if (type == ConvOptions.class) {
            return ConvOptions.defaults();
        } else if (raw(type).isInterface()) { // a function, which has no turn before the tensors are looked at
            return Proxy.newProxyInstance(
                    raw(type).getClassLoader() == null
                            ? MissingTensorTest.class.getClassLoader()
                            : raw(type).getClassLoader(),
                    new Class<?>[] {raw(type)},
                    (proxy, m, given2) -> {
                        throw new IllegalStateException("the function ran");
                    });
        }
        throw new AssertionError("say here what to give for " + type);
    }
}
