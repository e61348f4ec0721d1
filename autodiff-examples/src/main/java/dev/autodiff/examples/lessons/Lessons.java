package dev.autodiff.examples.lessons;

import dev.autodiff.examples.page.Lesson;
import java.util.List;

/** The list of all lessons, in the order of the lectures: the command line, the tests and the notebooks walk it. */
public final class Lessons {
    private Lessons() {}

    /** Returns new lessons with their settings' defaults. */
    public static List<Lesson> all() {
        return List.of(
                new ComputationalGraphLesson(),
                new GradientLesson(),
                new GradientDescentLesson(),
                new ChainRuleLesson(),
                new ScalarNetworkLesson(),
                new SingleNeuronLesson(),
                new TwoNeuronsLesson(),
                new Backprop222Lesson(),
                new XorLesson(),
                new XorManualLesson(),
                new TwoLayerLesson(),
                new TwoLayerInferLesson(),
                new PerceptronLesson(),
                new LogisticRegressionLesson(),
                new LinearRegressionLesson(),
                new MnistManualLesson(),
                new MnistL2Lesson(),
                new ActivationsLesson(),
                new InitialisationLesson(),
                new UniversalApproximationLesson(),
                new SoccerBallLesson(),
                new MinibatchLesson(),
                new OptimizersLesson(),
                new CurveFitLesson(),
                new PhysicsInformedLesson());
    }
}
