package dev.autodiff.kernel;

/**
 * The matrix product.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Product<A> {
    /**
     * Sets {@code c[i, j] = Σ_p a[i, p]·b[p, j]}, with each sum in an order that the shapes and
     * the layout of the factors alone decide, whatever the number of threads.
     *
     * @param m rows of a and c
     * @param n columns of b and c
     * @param k columns of a and rows of b; 0 makes c zero
     * @param a the left factor [m, k] from {@code aOffset}, row-major; Not modified
     * @param transposedA whether the array holds the left factor as [k, m]
     * @param b the right factor [k, n] from {@code bOffset}, row-major; Not modified
     * @param transposedB whether the array holds the right factor as [n, k]
     * @param c the result [m, n] from {@code cOffset}, row-major, an array of its own; Modified
     */
    void multiply(
            int m,
            int n,
            int k,
            A a,
            int aOffset,
            boolean transposedA,
            A b,
            int bOffset,
            boolean transposedB,
            A c,
            int cOffset);
}
