package dev.autodiff.shape;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * An immutable list of whole numbers that describes how an operation acts on the axes of a tensor: the axes it reduces, a
 * permutation, or the start of a slice along each axis. Two lists are equal when their numbers are, so that operations with
 * equal attributes are equal.
 */
public final class Axes {
    private static final Axes NONE = new Axes(new int[0]);

    private final int[] values;

    private Axes(int[] values) {
        this.values = values;
    }

    /** Returns the list of these numbers as they stand. */
    public static Axes of(int... values) {
        return values.length == 0 ? NONE : new Axes(values.clone());
    }

    /** Returns {@code 0, 1, …, rank − 1}. */
    public static Axes all(int rank) {
        int[] values = new int[rank];
        for (int i = 0; i < rank; i++) {
            values[i] = i;
        }
        return new Axes(values);
    }

    /**
     * Turns axes as a user gives them, where a negative one counts from the end, into ascending axes from 0 to rank − 1. No
     * axes at all mean every axis.
     *
     * @param operation named in the message
     * @throws AxisException if an axis is outside −rank … rank − 1 or stands there twice
     */
    public static Axes normalize(String operation, Shape shape, int... axes) {
        if (axes.length == 0) {
            return all(shape.rank());
        }
        int[] result = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            result[i] = shape.axis(operation, axes[i]);
        }
        Arrays.sort(result);
        for (int i = 1; i < result.length; i++) {
            if (result[i] == result[i - 1]) {
                throw new AxisException(operation + ": axis " + result[i] + " is given twice in "
                        + Arrays.toString(axes) + " for shape " + shape);
            }
        }
        return new Axes(result);
    }

    /** Returns how many numbers there are. */
    public int count() {
        return values.length;
    }

    /** Returns the number at a position. */
    public int get(int index) {
        return values[index];
    }

    /** Tells whether a number is among these. */
    public boolean contains(int value) {
        for (int v : values) {
            if (v == value) {
                return true;
            }
        }
        return false;
    }

    /** Returns a copy as an array. */
    public int[] toArray() {
        return values.clone();
    }

    /** For a permutation p, returns q with {@code q[p[i]] = i}. */
    public Axes inverse() {
        int[] result = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            result[values[i]] = i;
        }
        return new Axes(result);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Axes axes && Arrays.equals(values, axes.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /** Returns the numbers in brackets, {@code [0, 2]} for example. */
    @Override
    public String toString() {
        return Arrays.stream(values).mapToObj(Integer::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
