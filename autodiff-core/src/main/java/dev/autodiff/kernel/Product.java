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

    /**
     * Sets {@code c[i, j] = Σ_p a[i, p]·b[rows[p] + j]}: a product whose right factor has rows that begin anywhere in an array and may
     * overlap, as the shifted planes of a convolution do. Runs on the calling thread alone.
     *
     * @param m rows of a and c
     * @param n columns of c
     * @param k columns of a, at least 1
     * @param a the left factor [m, k] from {@code aOffset}, row-major; Not modified
     * @param rows where each of k rows of n elements begins in b
     * @param c the result [m, n] from {@code cOffset}, row-major; Modified
     */
    void multiplyRows(int m, int n, int k, A a, int aOffset, A b, int[] rows, A c, int cOffset);

    /**
     * Adds {@code Σ_t Σ_j a[i, t, j]·b[rows[p] + t·apart + j]} to {@code c[i, p]}: scalar products of rows, summed over terms t. Runs on the
     * calling thread alone.
     *
     * @param m rows of a and c
     * @param n elements of a row, a multiple of {@link #UNIT}
     * @param a the left factor [m, terms, n], row-major; Not modified
     * @param rows where each row of the first term begins in b; Not modified
     * @param apart the distance from a row to that of the next term
     * @param c [m, rows.length], row-major from {@code cOffset}; Modified
     */
    void addRowProducts(int m, int n, int terms, A a, A b, int[] rows, int apart, A c, int cOffset);

    /** A number of elements that is whole vectors, whatever their length. */
    int UNIT = 16;
}
