package dev.autodiff.kernel;

/**
 * The three partial gradients of the trilinear form {@code Σ g·conv(x, w)}, for x [batch, groups·inPerGroup, input…], w
 * [groups·outPerGroup, inPerGroup, kernel…] and g [batch, groups·outPerGroup, output…]. Each is a matrix product with the elements
 * that the windows cover, which are copied side by side in blocks that stay in the cache; for windows of one element, and for most
 * whose distance is 1, they are not copied. Blocks and the order of sums follow from the sizes alone, whatever the number of threads.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Convolutions<A> {
    /** Sets y to the convolution of x by w. Modified: y. */
    void forward(ConvolutionPlan plan, Product<A> product, A x, A w, A y);

    /** Sets x to the gradient by the input, which is also the transposed convolution of g by w. Modified: x. */
    void byInput(ConvolutionPlan plan, Product<A> product, A g, A w, A x);

    /** Sets w to the gradient by the weight. Modified: w. */
    void byWeight(ConvolutionPlan plan, Product<A> product, A x, A g, A w);
}
