package dev.autodiff;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The floors of the house: a package uses only what stands below it. */
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
            .because("a package without a floor would escape the rule above");

    @ArchTest
    static final ArchRule onlyTheVectorKernelsSeeTheVectorModule = noClasses()
            .that(resideOutsideOfPackages("dev.autodiff.kernel.vector.."))
            .should()
            .dependOnClassesThat(resideInAPackage("jdk.incubator.vector.."))
            .because("the module is optional at run time");
}
