package dev.autodiff.kernel;

/** The portable kernels of one type. What hardly any small program needs is loaded when somebody asks for it. */
final class Portable64 implements FloatKernels<double[]> {
    static final Portable64 INSTANCE = new Portable64();

    private static final ElementwiseLoops<double[]> LOOPS = loops();
    private static final Reductions<double[]> REDUCTIONS = new Reductions64();
    private static final Rows<double[]> ROWS = new Rows64();

    private Portable64() {}

    private static ElementwiseLoops<double[]> loops() {
        return ThreadedLoops.of(new PortableReluGradient64()); // float32: return FastLoops.threaded();
    }

    private static final class Products {
        static final Product<double[]> INSTANCE = new Product64();
    }

    private static final class Training {
        static final Updates<double[]> UPDATES = new Updates64();
    }

    private static final class Images {
        static final WindowLoops<double[]> WINDOWS = new Pooling64();
        static final Convolutions<double[]> CONVOLUTIONS = new Convolution64();
        static final Standardizations<double[]> STANDARDIZATIONS = new Standardization64();
    }

    private static final class Others {
        static final Norms<double[]> NORMS = new Norms64();
        static final Indices<double[]> INDICES = new Indices64();
        static final Scans<double[]> SCANS = new Scans64();
        static final Ranks<double[]> RANKS = new Ranks64();
        static final Recurrences<double[]> RECURRENCES = new Recurrence64();
    }

    @Override
    public ElementwiseLoops<double[]> elementwise() {
        return LOOPS;
    }

    @Override
    public Product<double[]> product() {
        return Products.INSTANCE;
    }

    @Override
    public Reductions<double[]> reductions() {
        return REDUCTIONS;
    }

    @Override
    public Norms<double[]> norms() {
        return Others.NORMS;
    }

    @Override
    public Indices<double[]> indices() {
        return Others.INDICES;
    }

    @Override
    public Scans<double[]> scans() {
        return Others.SCANS;
    }

    @Override
    public Recurrences<double[]> recurrences() {
        return Others.RECURRENCES;
    }

    @Override
    public Ranks<double[]> ranks() {
        return Others.RANKS;
    }

    @Override
    public Rows<double[]> rows() {
        return ROWS;
    }

    @Override
    public WindowLoops<double[]> windows() {
        return Images.WINDOWS;
    }

    @Override
    public Convolutions<double[]> convolutions() {
        return Images.CONVOLUTIONS;
    }

    @Override
    public Standardizations<double[]> standardizations() {
        return Images.STANDARDIZATIONS;
    }

    @Override
    public Updates<double[]> updates() {
        return Training.UPDATES;
    }
}
