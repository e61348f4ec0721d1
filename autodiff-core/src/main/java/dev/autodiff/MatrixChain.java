package dev.autodiff;

import dev.autodiff.shape.ShapeException;

/** The product of several matrices, with parentheses where they save most (Cormen et al., Introduction to Algorithms, section 14.2). */
final class MatrixChain {
    private MatrixChain() {}

    static Tensor product(Tensor... factors) {
        int count = factors.length;
        if (count < 2) {
            throw new IllegalArgumentException("multiDot: expected at least two tensors, got " + count);
        }
        Tensor[] matrices = factors.clone();
        boolean row = factors[0].rank() == 1;
        boolean column = factors[count - 1].rank() == 1;
        matrices[0] = row ? factors[0].expandDims(0) : factors[0];
        matrices[count - 1] = column ? factors[count - 1].expandDims(1) : factors[count - 1];
        long[] sizes = new long[count + 1];
        for (int i = 0; i < count; i++) {
            if (matrices[i].rank() != 2) {
                throw new ShapeException("multiDot: expected matrices, and vectors at the ends alone, got shape "
                        + factors[i].shape() + " at place " + i);
            }
            if (i > 0 && matrices[i].size(0) != sizes[i]) {
                throw new ShapeException("multiDot: inner sizes differ, " + factors[i - 1].shape() + " × "
                        + factors[i].shape() + " at place " + i);
            }
            sizes[i] = matrices[i].size(0);
            sizes[i + 1] = matrices[i].size(1);
        }
        Tensor out = product(matrices, splits(sizes), 0, count - 1);
        out = row ? out.squeeze(0) : out;
        return column ? out.squeeze(-1) : out;
    }

    /** Returns for each part of the chain, from i to j, after which factor to split it. */
    private static int[][] splits(long[] sizes) {
        int count = sizes.length - 1;
        double[][] cost = new double[count][count];
        int[][] split = new int[count][count];
        for (int length = 2; length <= count; length++) {
            for (int i = 0; i + length <= count; i++) {
                int j = i + length - 1;
                cost[i][j] = Double.POSITIVE_INFINITY;
                for (int k = i; k < j; k++) {
                    double total = cost[i][k] + cost[k + 1][j] + (double) sizes[i] * sizes[k + 1] * sizes[j + 1];
                    if (total < cost[i][j]) {
                        cost[i][j] = total;
                        split[i][j] = k;
                    }
                }
            }
        }
        return split;
    }

    private static Tensor product(Tensor[] matrices, int[][] split, int i, int j) {
        if (i == j) {
            return matrices[i];
        }
        int k = split[i][j];
        return product(matrices, split, i, k).matmul(product(matrices, split, k + 1, j));
    }
}
