package dev.autodiff.kernel;

import java.util.Arrays;

/** The matrix product in plain Java. */
final class Product64 implements Product<double[]> {
    @Override
    public void multiply(
            int m, int n, int k, double[] a, int ao, boolean ta, double[] b, int bo, boolean tb, double[] c, int co) {
        int ai = ta ? 1 : k;
        int ap = ta ? m : 1;
        for (int i = 0; i < m; i++) {
            int ci = co + i * n;
            if (tb) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum += a[ao + i * ai + p * ap] * b[bo + j * k + p];
                    }
                    c[ci + j] = sum;
                }
            } else {
                Arrays.fill(c, ci, ci + n, 0);
                for (int p = 0; p < k; p++) {
                    double factor = a[ao + i * ai + p * ap];
                    int bp = bo + p * n;
                    for (int j = 0; j < n; j++) {
                        c[ci + j] += factor * b[bp + j];
                    }
                }
            }
        }
    }
}
