package dev.autodiff.nn;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** This module builds on the public part of the core and knows neither its kernels nor the examples. */
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
    static final ArchRule usesOnlyThePublicCore = noClasses()
            .that()
            .resideInAPackage("dev.autodiff.nn..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.autodiff..")
                    .and(resideOutsideOfPackages("dev.autodiff.nn..", "dev.autodiff", "dev.autodiff.shape..")))
            .because("arrays and kernels are the core's own affair");
}
