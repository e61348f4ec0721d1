package dev.autodiff.benchmarks.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The run: for each group of work all sides start in processes of their own, must agree on the numbers, warm up, and are timed in turns, so that what
 * else the machine does hits all of them alike.
 */
final class Comparison {
    /**
     * How long to measure.
     *
     * @param warmUp seconds of warming up for each side and work at least
     * @param settled seconds in a row that bring nothing faster, after which a side is warm
     * @param mostWarmUp seconds of warming up at most
     * @param rounds how often each has its turn
     * @param turn seconds of one turn
     */
    record Pace(double warmUp, int settled, double mostWarmUp, int rounds, double turn) {
        static final Pace STEPS = new Pace(3, 3, 20, 7, 0.25);
        static final Pace PRODUCTS = new Pace(0.5, 0, 0.5, 5, 0.06);

        /** The first product of a process, whose memory is touched for the first time, and whose code is not compiled. */
        static final Pace FIRST_PRODUCT = new Pace(3, 0, 3, 5, 0.06);

        static final Pace QUICK = new Pace(0.05, 0, 0.05, 2, 0.01);
    }

    /** What is timed: a side in one mode. */
    private record Lane(ChildProcess child, String mode, List<double[]> times) {
        double[] allTimes() {
            return times.stream().flatMapToDouble(Arrays::stream).toArray();
        }
    }

    private static final List<String> MODES = List.of("eager", "replayed");

    private final List<Entrant> entrants;
    private final boolean quick;
    private final Consumer<String> progress;
    private final Map<Work.Bound, Double> peaks = new EnumMap<>(Work.Bound.class);
    private final Map<String, String> versions = new LinkedHashMap<>();

    Comparison(List<Entrant> entrants, boolean quick, Consumer<String> progress) {
        this.entrants = List.copyOf(entrants);
        this.quick = quick;
        this.progress = progress;
    }

    /** Returns the versions of the sides that took part, by their names. */
    Map<String, String> versions() {
        return versions;
    }

    /** Measures what the machine can do at most, the fastest run of one thread or two; returns it in words. */
    String measurePeaks(Entrant meter) throws IOException {
        try (ChildProcess child = new ChildProcess(meter)) {
            String vectors = String.join(" ", child.ask("version").subList(1, 2));
            List<String> words = new ArrayList<>();
            for (Work.Bound bound : List.of(Work.Bound.FLOAT32, Work.Bound.FLOAT64, Work.Bound.BYTES)) {
                double best = 0;
                for (int threads = 1; threads <= meter.threads(); threads++) {
                    double amount = child.askNumbers("prepare " + bound + " " + threads)[0];
                    child.askNumbers("time " + threads + (quick ? " 0.05" : " 0.5"));
                    double[] times = child.askNumbers("time " + threads + (quick ? " 0.05" : " 1"));
                    best = Math.max(best, amount / ChildProcess.quantile(times, 0));
                }
                peaks.put(bound, best);
                words.add(Math.round(best / 1e3) + " " + bound.unit());
            }
            return String.join(", ", words) + " (fused multiply-adds on " + vectors
                    + " vectors, and copying, on all threads)";
        }
    }

    /** Runs all work of one group. */
    List<Row> run(List<Work> group) throws IOException {
        List<Row> rows = new ArrayList<>();
        List<ChildProcess> children = new ArrayList<>();
        try {
            for (Entrant entrant : entrants) {
                children.add(new ChildProcess(entrant));
            }
            for (ChildProcess child : children) {
                List<String> version = child.ask("version");
                String text = String.join(" ", version.subList(1, version.size()));
                if (versions.put(child.entrant().side(), text) == null && text.contains("reference BLAS")) {
                    progress.accept(
                            child.entrant().side()
                                    + " runs on the reference BLAS and is slower than it could be (Debian: libopenblas0-pthread)");
                }
            }
            for (Work work : group) {
                rows.addAll(run(work, children, pace(work, group)));
            }
        } finally {
            for (ChildProcess child : children) {
                child.close();
            }
        }
        return rows;
    }

    private Pace pace(Work work, List<Work> group) {
        if (quick) {
            return Pace.QUICK;
        }
        if (!work.group().equals("G")) {
            return Pace.STEPS;
        }
        return work.equals(group.get(0)) ? Pace.FIRST_PRODUCT : Pace.PRODUCTS;
    }

    private List<Row> run(Work work, List<ChildProcess> children, Pace pace) throws IOException {
        List<Lane> lanes = agreeing(work, children);
        progress.accept(work.name() + ": all agree, timing "
                + lanes.stream()
                        .map(lane -> lane.child.entrant().side())
                        .distinct()
                        .toList());
        for (Lane lane : lanes) {
            warmUp(lane, pace);
        }
        for (int round = 0; round < pace.rounds; round++) {
            for (Lane lane : lanes) {
                lane.times.add(lane.child.askNumbers("time " + lane.mode + " " + pace.turn));
            }
        }
        return rows(work, lanes);
    }

    /** Lets a side run until it is as fast as it will be: compilers of Java take some seconds, and so does a heap that grows. */
    private static void warmUp(Lane lane, Pace pace) throws IOException {
        lane.child.askNumbers("time " + lane.mode + " " + pace.warmUp);
        Settling settling = new Settling(pace.settled);
        for (double seconds = pace.warmUp; seconds < pace.mostWarmUp; seconds++) {
            double[] times = lane.child.askNumbers("time " + lane.mode + " 1");
            if (settling.isReached(ChildProcess.quantile(times, 0.5))) {
                break;
            }
        }
    }

    /** Tells whether times have settled: so many in a row were not less than 0.98 of the least before. */
    static final class Settling {
        private static final double FASTER = 0.98;

        private final int enough;
        private double least = Double.POSITIVE_INFINITY;
        private int inVain;

        Settling(int enough) {
            this.enough = enough;
        }

        /** Takes the next time. */
        boolean isReached(double time) {
            inVain = time < FASTER * least ? 0 : inVain + 1;
            least = Math.min(least, time);
            return inVain >= enough;
        }
    }

    /** Lets all sides do the first of the work, and compares their numbers with those of the first. */
    private static List<Lane> agreeing(Work work, List<ChildProcess> children) throws IOException {
        List<Lane> lanes = new ArrayList<>();
        double[] expected = {};
        for (ChildProcess child : children) {
            for (String mode : MODES) {
                double[] values = child.askNumbers("prepare " + work.name() + " " + mode);
                if (values.length == 0) {
                    continue; // not this side's
                }
                Lane lane = new Lane(child, mode, new ArrayList<>());
                if (lanes.isEmpty()) {
                    expected = values;
                } else if (!agree(values, expected, work.tolerance())) {
                    throw new BenchException(work.name() + ": " + child.entrant() + ", " + mode + ", computes "
                            + Arrays.toString(values) + ", and "
                            + lanes.get(0).child.entrant() + ", "
                            + lanes.get(0).mode + ", " + Arrays.toString(expected));
                }
                lanes.add(lane);
            }
        }
        return lanes;
    }

    /** Whether numbers are equal up to a tolerance relative to the larger of 1 and their size. NaN equals nothing. */
    static boolean agree(double[] values, double[] expected, double tolerance) {
        if (values.length != expected.length) {
            return false;
        }
        for (int i = 0; i < values.length; i++) {
            if (!(Math.abs(values[i] - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i])))) {
                return false;
            }
        }
        return true;
    }

    private List<Row> rows(Work work, List<Lane> lanes) {
        Map<String, Row.Timing> best = new LinkedHashMap<>();
        for (Lane lane : lanes) {
            Entrant entrant = lane.child.entrant();
            best.merge(
                    key(entrant.side(), entrant.kernels(), lane.mode),
                    Row.Timing.of(entrant, lane.allTimes()),
                    (a, b) -> Row.FASTEST_FIRST.compare(a, b) <= 0 ? a : b);
        }
        List<Row.Timing> peers = best.values().stream()
                .filter(timing -> !timing.side().equals(Entrant.OWN))
                .toList();
        Double peak = peaks.get(work.bound());
        List<Row> rows = new ArrayList<>();
        for (String kernels : List.of("vector", "portable")) {
            for (String mode : MODES) {
                Row.Timing own = best.get(key(Entrant.OWN, kernels, mode));
                if (own != null) {
                    double limit = peak == null ? Double.NaN : work.amount() / peak;
                    rows.add(new Row(work.name(), mode, kernels, own, peers, limit));
                }
            }
        }
        return rows;
    }

    private static String key(String side, String kernels, String mode) {
        return side + " " + kernels + " " + mode;
    }
}
