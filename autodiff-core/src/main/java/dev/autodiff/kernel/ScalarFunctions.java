package dev.autodiff.kernel;

/** Scalar functions that java.lang.Math lacks and that are too long for one expression; double precision. */
public final class ScalarFunctions {
    private ScalarFunctions() {}
}
