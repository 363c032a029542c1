package io.narthex;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.narthex.job.Job;
import io.narthex.transaction.Retried;
import jakarta.annotation.Resource;
import jakarta.persistence.Entity;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The shape of the product, as CONVENTIONS.md states it. A rule about packages that may hold nothing yet allows that:
 * it is there for the day they do.
 */
@AnalyzeClasses(packages = "io.narthex", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final DescribedPredicate<JavaClass> JAVA_AND_FORMATS =
            resideInAnyPackage("java..", "org.jspecify..", "io.narthex.nix..");

    /** Bouncy Castle's one door. */
    private static final String ED25519 = "io.narthex.nix.signature.Ed25519";

    private static final String HOUSE = "io.narthex.";
    private static final String FORMATS = "io.narthex.nix";

    @ArchTest
    static final ArchRule FORMATS_STAND_ON_JAVA_ALONE = classes()
            .that()
            .resideInAPackage("io.narthex.nix..")
            .and()
            .doNotHaveFullyQualifiedName(ED25519)
            .should()
            .onlyDependOnClassesThat(JAVA_AND_FORMATS);

    @ArchTest
    static final ArchRule ED25519_ADDS_BOUNCY_CASTLE_AND_NOTHING_ELSE = classes()
            .that()
            .haveFullyQualifiedName(ED25519)
            .should()
            .onlyDependOnClassesThat(JAVA_AND_FORMATS.or(resideInAPackage("org.bouncycastle..")));

    @ArchTest
    static final ArchRule BOUNCY_CASTLE_IS_BEHIND_ED25519 = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(ED25519)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bouncycastle..");

    @ArchTest
    static final ArchRule FEATURES_HAVE_NO_CYCLES =
            slices().matching("io.narthex.(*)..").should().beFreeOfCycles();

    /** From top to bottom, as README's picture has them: a package uses what stands behind it here, and never what stands before. */
    private static final List<String> ROOMS = List.of(
            "console",
            "console.oidc",
            "console.session",
            "console.closure",
            "console.form",
            "console.faces",
            "console.format",
            "operations",
            "overview",
            "auditor",
            "lane",
            "browse",
            "protocol",
            "transfer",
            "provenance",
            "trust",
            "promotion",
            "push",
            "scrub",
            "upstream",
            "upstream.caches",
            "upstream.held",
            "upstream.fetch",
            "receive",
            "retention",
            "retention.use",
            "denial",
            "index.signing",
            "index.search",
            "index.upload",
            "index.local",
            "index",
            "access",
            "access.token",
            "key",
            "key.master",
            "cache",
            "tenant",
            "hold",
            "quota",
            "job",
            "restore",
            "localstore",
            "blob",
            "change",
            "audit",
            "http",
            "http.problem",
            "http.pace",
            "share",
            "meter",
            "outbound",
            "configuration",
            "transaction",
            "copy",
            "thread");

    /** More than a newcomer takes in: then there are two subjects in it. */
    private static final int MOST_FILES = 40;

    @ArchTest
    static final ArchRule NOBODY_IMPORTS_UPWARDS = classes()
            .that(resideOutsideOfPackages("io.narthex", "io.narthex.nix.."))
            .should(new ArchCondition<>("use only packages that stand below their own") {
                @Override
                public void check(JavaClass user, ConditionEvents events) {
                    int here = floor(user);
                    for (Dependency use : user.getDirectDependenciesFromSelf()) {
                        JavaClass used = use.getTargetClass();
                        if (used.getPackageName().startsWith(HOUSE)
                                && !used.getPackageName().startsWith(FORMATS)) {
                            boolean below = floor(used) >= here;
                            events.add(new SimpleConditionEvent(user, below, use.getDescription()));
                        }
                    }
                }
            });

    @ArchTest
    static void everyPackageIsSmallEnoughToBeTakenIn(JavaClasses classes) {
        classes.stream()
                .filter(JavaClass::isTopLevelClass)
                .collect(groupingBy(JavaClass::getPackageName, counting()))
                .forEach((room, files) -> assertThat(files).as(room).isLessThanOrEqualTo(MOST_FILES));
    }

    @ArchTest
    static void everyRoomIsInTheReadme(JavaClasses classes) throws IOException {
        String picture =
                Files.readString(Path.of("README.md")).split("console  ", 2)[1].split("```", 2)[0];
        assertThat(("console  " + picture).split("\\s+"))
                .contains(ROOMS.stream().filter(room -> !room.contains(".")).toArray(String[]::new));
    }

    /** Which of {@link #ROOMS} it lives in; a package that is named nowhere fails here. */
    private static int floor(JavaClass of) {
        String room = of.getPackageName().substring(HOUSE.length());
        int floor = ROOMS.indexOf(room);
        assertThat(floor).as("the place of %s in ROOMS", room).isNotNegative();
        return floor;
    }

    @ArchTest
    static final ArchRule FORMATS_HAVE_NO_CYCLES =
            slices().matching("io.narthex.nix.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule REST_STAYS_AT_THE_EDGE = noClasses()
            .that()
            .resideOutsideOfPackage("io.narthex.http..")
            .and(not("Resource", "Filter", "Mapper", "Feature", "Application"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.ws.rs..")
            .allowEmptyShould(true);

    /** Whoever brings something, a client or another cache, it comes in the same way. */
    @ArchTest
    static final ArchRule RECEIVING_KNOWS_NO_HTTP = noClasses()
            .that()
            .resideInAPackage("io.narthex.receive..")
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("io.undertow..", "org.xnio..", "jakarta.ws.rs..", "jakarta.servlet.."));

    /** A repository is a plural; it is known by the EntityManager that it holds. */
    @ArchTest
    static final ArchRule ENTITIES_ARE_THE_BUSINESS_OF_THEIR_OWN_PACKAGE = noClasses()
            .that(resideInAnyPackage(
                    "io.narthex.lane..",
                    "io.narthex.browse..",
                    "io.narthex.protocol..",
                    "io.narthex.transfer..",
                    "io.narthex.console..",
                    "io.narthex.http..",
                    "io.narthex.nix.."))
            .or()
            .haveSimpleNameEndingWith("Resource")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.persistence..")
            .allowEmptyShould(true);

    /** A caller that begins no transaction of its own leaves that to who does. */
    @ArchTest
    static final ArchRule WHO_BEGINS_A_TRANSACTION_TRIES_IT_AGAIN = methods()
            .that(new DescribedPredicate<JavaMethod>("begin a transaction") {
                @Override
                public boolean test(JavaMethod method) {
                    return beginsTransaction(method);
                }
            })
            .should()
            .beDeclaredInClassesThat()
            .areAnnotatedWith(Retried.class);

    /** A bean may be made on a thread of ours, where nothing below {@code java:comp} is. What has no name is there too. */
    @ArchTest
    static final ArchRule RESOURCES_ARE_FOUND_ON_ANY_THREAD = fields().that()
            .areAnnotatedWith(Resource.class)
            .should()
            .beAnnotatedWith(DescribedPredicate.describe(
                    "a lookup below java:jboss",
                    annotation -> annotation
                            .get("lookup")
                            .filter(name -> name.toString().startsWith("java:jboss/"))
                            .isPresent()));

    /** Endings that say nothing, or that a reader has to look up; what stands for them is in CONTRIBUTING.md. */
    private static final List<String> UNUSUAL_ENDINGS = List.of(
            "Impl",
            "Manager",
            "Helper",
            "Util",
            "Utils",
            "Service",
            "Data",
            "Wish",
            "Beat",
            "Aside",
            "Sight",
            "Given",
            "Pieces",
            "Timetable");

    @ArchTest
    static final ArchRule NAMES_ARE_NOUNS_OF_THE_DOMAIN = noClasses()
            .should(new ArchCondition<>("end in one of " + UNUSUAL_ENDINGS) {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    boolean found = UNUSUAL_ENDINGS.stream()
                            .anyMatch(ending -> type.getSimpleName().endsWith(ending));
                    events.add(new SimpleConditionEvent(type, found, type.getFullName()));
                }
            });

    @ArchTest
    static final ArchRule ENTITIES_SAY_SO =
            classes().that().areAnnotatedWith(Entity.class).should().haveSimpleNameEndingWith("Entity");

    @ArchTest
    static final ArchRule RESOURCES_SAY_SO =
            classes().that().areAnnotatedWith(jakarta.ws.rs.Path.class).should().haveSimpleNameEndingWith("Resource");

    @ArchTest
    static final ArchRule JOBS_SAY_SO =
            classes().that().implement(Job.class).should().haveSimpleNameEndingWith("Job");

    @ArchTest
    static final ArchRule MAPPERS_SAY_SO =
            classes().that().implement(ExceptionMapper.class).should().haveSimpleNameEndingWith("Mapper");

    /** JSON that goes out is a response. */
    @ArchTest
    static final ArchRule JSON_SAYS_WHICH_WAY_IT_GOES = noClasses()
            .that(DescribedPredicate.describe(
                    "are declared in a resource",
                    type -> type.getEnclosingClass()
                            .filter(outer -> outer.getSimpleName().endsWith("Resource"))
                            .isPresent()))
            .should()
            .haveSimpleName("Answer");

    private static boolean beginsTransaction(JavaMethod method) {
        return method.tryGetAnnotationOfType(Transactional.class)
                .or(() -> method.getOwner().tryGetAnnotationOfType(Transactional.class))
                .filter(t -> t.value() == TxType.REQUIRED || t.value() == TxType.REQUIRES_NEW)
                .isPresent();
    }

    private static DescribedPredicate<JavaClass> not(String... suffixes) {
        DescribedPredicate<HasName> any = DescribedPredicate.alwaysFalse();
        for (String suffix : suffixes) {
            any = any.or(HasName.Predicates.nameMatching(".*" + suffix + "(\\$.*)?"));
        }
        return DescribedPredicate.not(any).forSubtype();
    }
}
