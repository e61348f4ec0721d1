package dev.autodiff.examples.goldens;

import dev.autodiff.MatrixNorm;
import dev.autodiff.Qr;
import dev.autodiff.SignLogDet;
import dev.autodiff.Tensor;
import java.util.List;

/** The family linalg. */
final class LinearAlgebraCalls {
    private LinearAlgebraCalls() {}

    static void register(OperationTable table) {
        table.unary("inv", Tensor::inverse);
        table.unary("det", Tensor::det);
        table.unary("logdet", Tensor::logdet);
        table.several("slogdet", c -> {
            SignLogDet parts = c.x().slogdet();
            return List.of(parts.sign(), parts.logAbsDet());
        });
        table.op("solve", c -> c.x().solve(c.y()));
        table.op("solve_triangular", c -> c.x().solveTriangular(c.y(), c.flag("upper", false)));
        // Both read ½(x + xᵀ) by themselves, as the recorded cases do.
        table.op("cholesky", c -> c.x().cholesky(c.flag("upper", false)));
        table.unary("eigvalsh", Tensor::eigvalsh);
        table.unary("svdvals", Tensor::svdvals);
        table.unary("pinv", Tensor::pinv);
        table.several("qr", c -> {
            String mode = c.text("mode", "reduced");
            Tensor x = c.x();
            Qr parts = switch (mode) {
                case "reduced" -> x.qr();
                case "complete" -> x.qrComplete();
                case "r" -> new Qr(Tensor.zeros(x.dtype(), 0), x.qr().r());
                default -> throw c.impossible("mode=" + mode);
            };
            return List.of(parts.q(), parts.r());
        });
        table.op("matrix_power", c -> c.x().matrixPower(c.integer("n")));
        table.unary("matrix_exp", Tensor::matrixExp);
        table.op("matrix_norm", LinearAlgebraCalls::matrixNorm);
        table.op("multi_dot", c -> Tensor.multiDot(c.all()));
        table.op("quadratic_form", c -> c.x().dot(c.y().solve(c.x())));
        table.op("gaussian_logpdf", c -> {
            Tensor x = c.x(0).sub(c.x(1));
            Tensor covariance = c.x(2);
            double constant = x.size(-1) * Math.log(2 * Math.PI);
            return x.dot(covariance.solve(x))
                    .add(covariance.logdet())
                    .add(constant)
                    .mul(-0.5);
        });
    }

    private static Tensor matrixNorm(Call c) {
        MatrixNorm norm =
                c.isText("ord") || !c.has("ord") ? named(c, c.text("ord", "fro")) : numbered(c, c.number("ord"));
        boolean keep = c.flag("keepdim", false);
        int[] dim = c.integers("dim");
        return switch (dim.length) {
            case 0 -> c.x().matrixNorm(norm, keep, -2, -1);
            case 2 -> c.x().matrixNorm(norm, keep, dim[0], dim[1]);
            default -> throw c.impossible("dim");
        };
    }

    private static MatrixNorm named(Call c, String ord) {
        return switch (ord) {
            case "fro" -> MatrixNorm.FROBENIUS;
            case "nuc" -> MatrixNorm.NUCLEAR;
            case "inf", "Infinity" -> MatrixNorm.INFINITY;
            case "-inf", "-Infinity" -> MatrixNorm.MINUS_INFINITY;
            default -> throw c.impossible("ord=" + ord);
        };
    }

    private static MatrixNorm numbered(Call c, double ord) {
        if (ord == 1) {
            return MatrixNorm.ONE;
        }
        if (ord == -1) {
            return MatrixNorm.MINUS_ONE;
        }
        if (ord == 2) {
            return MatrixNorm.TWO;
        }
        if (ord == -2) {
            return MatrixNorm.MINUS_TWO;
        }
        throw c.impossible("ord=" + ord);
    }
}
