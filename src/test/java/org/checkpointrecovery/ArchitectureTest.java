package org.checkpointrecovery;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.time.Clock;
import org.checkpointrecovery.storage.DataDirectory;
import org.checkpointrecovery.storage.LocalDisk;

/** Which package may know which, as the design draws it: imports point one way, towards {@code job}. */
@AnalyzeClasses(packages = "org.checkpointrecovery", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "org.checkpointrecovery.";
    private static final String SERVICE = "org.checkpointrecovery";
    private static final String ACCESS = ROOT + "access..";
    private static final String API = ROOT + "api..";
    private static final String CALLBACK = ROOT + "callback..";
    private static final String CLI = ROOT + "cli..";
    private static final String CODING = ROOT + "coding..";
    private static final String DESCRIPTION = ROOT + "description..";
    private static final String ENGINE = ROOT + "engine";
    private static final String RUN = ROOT + "engine.run..";
    private static final String LOCAL = ROOT + "engine.local..";
    private static final String FLINK = ROOT + "engine.flink";
    private static final String TASK = ROOT + "engine.flink.task..";
    private static final String FLINK_JOB = ROOT + "engine.flink.job..";
    /** Where a process of the cluster is started, as the root is for the service. */
    private static final String CLUSTER_TASK = ROOT + "engine.flink.job.ClusterTask";

    private static final String ITEM = ROOT + "item..";
    private static final String JOB = ROOT + "job..";
    private static final String OUTBOUND = ROOT + "outbound..";
    private static final String PROCESSOR = ROOT + "processor..";
    private static final String PLUGIN = ROOT + "plugin..";
    private static final String RANGE = ROOT + "engine.range..";
    private static final String REHEARSAL = ROOT + "rehearsal..";
    private static final String SINK = ROOT + "sink..";
    private static final String STORAGE = ROOT + "storage..";

    @ArchTest
    static final ArchRule no_two_packages_know_each_other =
            slices().matching("org.checkpointrecovery.(**)").should().beFreeOfCycles();

    /** The root wires the parts, and leaves what they do to them. */
    @ArchTest
    static final ArchRule the_root_knows_what_it_wires = onlyKnows(
            SERVICE, SERVICE, ACCESS, API, CALLBACK, CLI, ENGINE, LOCAL, RANGE, FLINK, JOB, OUTBOUND, PROCESSOR,
            REHEARSAL, STORAGE);

    @ArchTest
    static final ArchRule nobody_knows_the_root = noClasses()
            .that()
            .resideOutsideOfPackage(SERVICE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(SERVICE);

    @ArchTest
    static final ArchRule only_the_root_knows_that_there_is_a_cluster = noClasses()
            .that()
            .resideOutsideOfPackages(SERVICE, FLINK, TASK, FLINK_JOB)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(FLINK, TASK, FLINK_JOB);

    @ArchTest
    static final ArchRule job_is_pure = noClasses()
            .that()
            .resideInAPackage(JOB)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(API, CLI, CODING, ENGINE, RUN, LOCAL, RANGE, ITEM, PROCESSOR, SINK, STORAGE)
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.nio..", "java.util.concurrent..", "com.fasterxml..", "org.slf4j..")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class);

    @ArchTest
    static final ArchRule credentials_know_only_names_of_files = onlyKnows(ACCESS, ACCESS, STORAGE);

    @ArchTest
    static final ArchRule decoders_know_only_the_values_of_a_job = onlyKnows(CODING, CODING, JOB);

    @ArchTest
    static final ArchRule items_know_only_the_values_of_a_job = onlyKnows(ITEM, ITEM, DESCRIPTION, JOB);

    @ArchTest
    static final ArchRule processors_know_items_and_the_values_of_a_job =
            onlyKnows(PROCESSOR, PROCESSOR, OUTBOUND, PLUGIN, ITEM, DESCRIPTION, JOB);

    @ArchTest
    static final ArchRule calls_to_the_outside_know_only_the_values_of_a_job = onlyKnows(OUTBOUND, OUTBOUND, JOB);

    @ArchTest
    static final ArchRule callbacks_know_no_processor = onlyKnows(CALLBACK, CALLBACK, OUTBOUND, ENGINE, JOB);

    @ArchTest
    static final ArchRule descriptions_know_only_the_values_of_a_job = onlyKnows(DESCRIPTION, DESCRIPTION, JOB);

    /** Authors of plugins see it alone. */
    @ArchTest
    static final ArchRule the_interface_of_plugins_knows_nothing = onlyKnows(PLUGIN, PLUGIN);

    @ArchTest
    static final ArchRule processors_know_no_files = noClasses()
            .that()
            .resideInAPackage(PROCESSOR)
            .and()
            .doNotHaveSimpleName("ProcessGroup") // which reads what Linux shows of processes, below /proc
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.file..", "java.nio.channels..")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.(File.*|RandomAccessFile)");

    @ArchTest
    static final ArchRule nothing_is_formatted_by_the_locale_of_the_machine = noClasses()
            .should()
            .callMethod(String.class, "format", String.class, Object[].class)
            .orShould()
            .callMethod(String.class, "formatted", Object[].class)
            .orShould()
            .callMethod(String.class, "toUpperCase")
            .orShould()
            .callMethod(String.class, "toLowerCase")
            .orShould()
            .callMethod(java.io.PrintStream.class, "printf", String.class, Object[].class)
            .orShould()
            .callMethod(java.io.PrintStream.class, "format", String.class, Object[].class)
            .orShould()
            .callMethod(java.time.format.DateTimeFormatter.class, "ofPattern", String.class)
            .orShould()
            .callConstructor(java.util.Formatter.class)
            .orShould()
            .callConstructor(java.text.SimpleDateFormat.class, String.class)
            .orShould()
            .callConstructor(java.text.DecimalFormat.class, String.class)
            .orShould()
            .callMethodWhere(target(owner(assignableTo(java.text.NumberFormat.class)))
                    .and(target(nameMatching("get.*Instance"))));

    @ArchTest
    static final ArchRule storage_knows_no_engine = onlyKnows(STORAGE, STORAGE, CODING, ITEM, JOB);

    @ArchTest
    static final ArchRule sinks_know_no_engine = onlyKnows(SINK, SINK, STORAGE, ITEM, JOB);

    @ArchTest
    static final ArchRule the_engine_does_not_know_how_jobs_are_run =
            onlyKnows(ENGINE, ENGINE, PROCESSOR, SINK, STORAGE, CODING, ITEM, DESCRIPTION, JOB);

    @ArchTest
    static final ArchRule rehearsals_wrap_what_a_run_works_with =
            onlyKnows(REHEARSAL, REHEARSAL, RUN, ENGINE, PROCESSOR, STORAGE, ITEM, DESCRIPTION, JOB);

    @ArchTest
    static final ArchRule what_a_job_depends_on_knows_no_rehearsal = noClasses()
            .that()
            .resideInAnyPackage(ENGINE, RUN, LOCAL, PROCESSOR, SINK, STORAGE, ITEM, JOB)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(REHEARSAL);

    @ArchTest
    static final ArchRule ranges_do_not_know_who_processes_them =
            onlyKnows(RANGE, RANGE, REHEARSAL, ENGINE, STORAGE, ITEM, JOB);

    @ArchTest
    static final ArchRule a_run_does_not_know_who_processes_its_items =
            onlyKnows(RUN, RUN, ENGINE, PROCESSOR, SINK, STORAGE, ITEM, JOB);

    @ArchTest
    static final ArchRule the_local_engine_does_not_know_how_a_spec_arrived =
            onlyKnows(LOCAL, LOCAL, RANGE, RUN, ENGINE, PROCESSOR, SINK, STORAGE, ITEM, JOB);

    @ArchTest
    static final ArchRule a_task_of_a_cluster_knows_nothing_of_the_cluster =
            onlyKnows(TASK, TASK, RANGE, REHEARSAL, LOCAL, RUN, ENGINE, PROCESSOR, SINK, STORAGE, ITEM, JOB);

    @ArchTest
    static final ArchRule only_the_job_of_a_cluster_has_its_classes = noClasses()
            .that()
            .resideOutsideOfPackage(FLINK_JOB)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.flink..");

    @ArchTest
    static final ArchRule nobody_knows_the_job_of_a_cluster = noClasses()
            .that()
            .resideOutsideOfPackage(FLINK_JOB)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(FLINK_JOB);

    @ArchTest
    static final ArchRule no_engine_asks_anyone_about_a_job = noClasses()
            .that()
            .resideInAnyPackage(RUN, LOCAL, RANGE, FLINK, TASK)
            .should()
            .dependOnClassesThat()
            .haveSimpleNameStartingWith("JobService")
            .orShould()
            .dependOnClassesThat()
            .haveSimpleName("JobEntry")
            .orShould()
            .dependOnClassesThat()
            .haveSimpleName("JobStore");

    @ArchTest
    static final ArchRule nobody_but_the_root_knows_the_api = noClasses()
            .that()
            .resideOutsideOfPackages(API, SERVICE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(API);

    @ArchTest
    static final ArchRule nobody_but_the_root_knows_the_command_line = noClasses()
            .that()
            .resideOutsideOfPackages(CLI, SERVICE)
            .and()
            .doNotHaveFullyQualifiedName(CLUSTER_TASK)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CLI);

    @ArchTest
    static final ArchRule the_api_does_not_know_how_a_job_runs = noClasses()
            .that()
            .resideInAPackage(API)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(RUN, LOCAL, RANGE, FLINK, TASK, CLI, PROCESSOR);

    @ArchTest
    static final ArchRule the_command_line_knows_no_routes = noClasses()
            .that()
            .resideInAPackage(CLI)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(API);

    /** What must survive is changed through the disk alone. The lock, and the lock of a run on the command line, need not. */
    @ArchTest
    static final ArchRule only_the_disk_changes_files = noClasses()
            .that()
            .doNotBelongToAnyOf(LocalDisk.class)
            .should()
            .callMethodWhere(target(owner(assignableTo(Files.class)))
                    .and(target(nameMatching("write.*|create.*|delete.*|move|copy|new.*|set.*"))));

    @ArchTest
    static final ArchRule nothing_else_opens_files = noClasses()
            .that()
            .doNotBelongToAnyOf(LocalDisk.class, DataDirectory.class)
            .and()
            .resideOutsideOfPackage(CLI)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(FileChannel.class)
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.(File|FileOutputStream|RandomAccessFile|FileWriter|FileInputStream)");

    @ArchTest
    static final ArchRule only_the_command_line_reads_the_environment = noClasses()
            .that()
            .resideOutsideOfPackage(CLI)
            .and()
            .areNotAssignableTo(Main.class)
            .and()
            .doNotHaveFullyQualifiedName(CLUSTER_TASK)
            .should()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class);

    private static ArchRule onlyKnows(String who, String... whom) {
        return classes()
                .that()
                .resideInAPackage(who)
                .should()
                .onlyDependOnClassesThat(
                        resideOutsideOfPackage("org.checkpointrecovery..").or(resideInAnyPackage(whom)));
    }
}
