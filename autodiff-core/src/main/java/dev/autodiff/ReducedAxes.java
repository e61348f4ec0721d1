package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.Shape;

/** A tensor seen as [outer, n, inner] with the reduced axes in the middle; they are moved to the end first if they lie apart. */
record ReducedAxes(Tensor source, int outer, int n, int inner) {
    static ReducedAxes of(Tensor x, Axes axes) {
        Shape shape = x.shape();
        int count = axes.count();
        if (count == 0) {
            return new ReducedAxes(x, x.size(), 1, 1);
        }
        if (areNeighbours(axes)) {
            int first = axes.get(0);
            int end = first + count;
            return new ReducedAxes(x, shape.size(0, first), shape.size(first, end), shape.size(end, shape.rank()));
        }
        int[] permutation = new int[shape.rank()];
        int next = 0;
        for (int i = 0; i < shape.rank(); i++) {
            if (!axes.contains(i)) {
                permutation[next++] = i;
            }
        }
        int kept = next;
        for (int i = 0; i < count; i++) {
            permutation[next++] = axes.get(i);
        }
        Tensor moved = new ShapeMove.Permute(Axes.of(permutation)).forward(new Tensor[] {x});
        return new ReducedAxes(moved, moved.shape().size(0, kept), moved.shape().size(kept, shape.rank()), 1);
    }

    /** Tells whether axes, in ascending order, lie side by side. */
    static boolean areNeighbours(Axes axes) {
        int count = axes.count();
        return count > 0 && axes.get(count - 1) - axes.get(0) + 1 == count;
    }
}
