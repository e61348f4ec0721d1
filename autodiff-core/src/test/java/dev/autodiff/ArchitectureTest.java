package dev.autodiff;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;

/** The layers: a package uses only what stands below it; and how large a loop of the vector kernels may be. */
@AnalyzeClasses(packages = "dev.autodiff", importOptions = ArchitectureTest.MainCode.class)
class ArchitectureTest {
    /** The code that is published, wherever a build puts its classes. */
    static final class MainCode implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("test-classes");
        }
    }

    @ArchTest
    static final ArchRule aPackageUsesOnlyWhatStandsBelow = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("tools")
            .definedBy("dev.autodiff.check..", "dev.autodiff.explain..", "dev.autodiff.optimize..")
            .layer("root")
            .definedBy("dev.autodiff")
            .layer("compile")
            .definedBy("dev.autodiff.compile..")
            .layer("vector")
            .definedBy("dev.autodiff.kernel.vector..")
            .layer("kernel")
            .definedBy("dev.autodiff.kernel")
            .layer("array")
            .definedBy("dev.autodiff.array..")
            .layer("shape")
            .definedBy("dev.autodiff.shape..")
            .whereLayer("tools")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("root")
            .mayOnlyBeAccessedByLayers("tools")
            .whereLayer("compile")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("vector")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("kernel")
            .mayOnlyBeAccessedByLayers("vector", "compile", "root")
            .whereLayer("array")
            .mayOnlyBeAccessedByLayers("kernel", "vector", "compile", "root")
            .whereLayer("shape")
            .mayOnlyBeAccessedByLayers("array", "kernel", "vector", "compile", "root", "tools");

    @ArchTest
    static final ArchRule everyPackageHasItsFloor = noClasses()
            .should()
            .resideOutsideOfPackages(
                    "dev.autodiff",
                    "dev.autodiff.check..",
                    "dev.autodiff.explain..",
                    "dev.autodiff.optimize..",
                    "dev.autodiff.compile..",
                    "dev.autodiff.kernel",
                    "dev.autodiff.kernel.vector..",
                    "dev.autodiff.array..",
                    "dev.autodiff.shape..")
            .because("a package without a layer would escape the rule above");

    @ArchTest
    static final ArchRule onlyTheVectorKernelsSeeTheVectorModule = noClasses()
            .that(resideOutsideOfPackages("dev.autodiff.kernel.vector.."))
            .should()
            .dependOnClassesThat(resideInAPackage("jdk.incubator.vector.."))
            .because("the module is optional at run time");

    @ArchTest
    static final ArchRule aVectorMethodComputesLittle = methods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage("dev.autodiff.kernel.vector..")
            .should(computeAtMost(32))
            .because("C2 gives up keeping vectors in registers where a method and all that is inlined into it meet a"
                    + " hundred failed type checks, and each computation can bring three: decision 18");

    /** Counts each method alone: none of them calls another that computes often enough. */
    private static ArchCondition<JavaMethod> computeAtMost(int count) {
        // what leads to the vector module's look-up of an operator; copies, broadcasts and exchanges of lanes do not
        Set<String> computations = Set.of(
                "abs",
                "add",
                "and",
                "compare",
                "div",
                "eq",
                "fma",
                "lanewise",
                "lt",
                "max",
                "min",
                "mul",
                "neg",
                "not",
                "or",
                "reduceLanes",
                "sqrt",
                "sub",
                "test");
        return new ArchCondition<>("compute at most " + count + " times with vectors") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                long calls = method.getMethodCallsFromSelf().stream()
                        .filter(call -> call.getTargetOwner().getPackageName().equals("jdk.incubator.vector")
                                && computations.contains(call.getTarget().getName()))
                        .count();
                String message = method.getFullName() + " computes " + calls + " times with vectors";
                events.add(new SimpleConditionEvent(method, calls <= count, message));
            }
        };
    }
}
