"""Questions that a store has no answer to: of other domains, and of a compiler's own for what this one has not.

And some by hand for the project's example store, half of them without an answer.
"""

OTHERS = """
how do I test the checkout page with an expired credit card
why does the cart lose items after login
where is the discount code validated
product images load slowly on the category page
which file configures the shipping rates
error when two coupons are applied to one order
what is the build command of the storefront theme
how are refunds booked when a parcel comes back
returns portal
why did the wishlist test fail on Safari
how do we sort products by popularity
which payment provider handles Apple Pay
tax rounding differs between basket and receipt
where do we store the customer's delivery address
how is stock reserved during checkout
newsletter signup returns an error for plus addresses
what happens to an order when the payment webhook is late
add a size filter to the product list
how do I run the seed script for demo products
why are prices without VAT shown to business customers
how do push notifications reach the Android app
why does the app crash when the camera permission is denied
which simulator do we use to test on older iPhones
build fails with a missing provisioning profile
how large is the APK after the last release
offline mode loses edits when the phone is rotated
where is the splash screen defined
app store rejected the update because of the privacy label
how do deep links open the right screen
battery drain from location updates
what is the minimum iOS version
dark mode colours in the settings screen
how do we sign the release bundle
swipe to delete does not work in the inbox list
why is scrolling slow on cheap tablets
biometric login falls back to the PIN
how are crash reports uploaded from the device
keyboard covers the input field
which library draws the charts in the app
test the onboarding flow with a new account
how do I drain a Kubernetes node without downtime
why is the ingress returning 502 after a deploy
pods stay in CrashLoopBackOff with an OOM error
where is the helm chart for the staging cluster
how many replicas does the autoscaler allow
which secret holds the registry password
persistent volume claim is pending
how do we rotate the cluster certificates
what limits the memory of the sidecar container
why does the liveness probe kill a healthy pod
network policy blocks traffic between namespaces
how do I roll back a helm release
which terraform module creates the load balancer
cron job did not run last night
node pool upgrade to the new version
how do I read the logs of a terminated container
why are images pulled on every start
the service mesh adds latency to each call
what is the backup schedule of etcd
DNS lookups time out inside the cluster
how is overtime calculated for part-time employees
why does the payslip show the wrong tax class
which report lists unpaid leave
how do we export salaries to the accountant
error in the pension contribution for new hires
when does the payroll run close each month
where are the bank details of employees encrypted
sick days are counted twice
how do I test the year-end statement
who approves a bonus above the limit
what is the notice period in the contract template
holiday entitlement after a change of working hours
expense claims without a receipt
how are minimum wage changes rolled out
timesheet import fails with an unknown project number
gross to net conversion for cross-border workers
which file format does the tax office expect
how long do we keep the records of former staff
commission of sales people is paid late
generate the social security report
how do I resume training from a checkpoint
why does the loss become NaN after the warmup
which learning rate schedule did we use for the last run
validation accuracy drops when the batch size grows
how is the training set deduplicated
where are the tokenizer files stored
out of memory error on two GPUs
what augmentation do we apply to the images
how do I export the model to ONNX
data loader is the bottleneck
why did the evaluation give a lower F1 than the paper
mixed precision with gradient clipping
how are labels corrected by the annotators
which experiment had the best recall
number of layers and attention heads of the student
how do we detect drift of the features in production
embedding table does not fit into memory
seed the random generators for a reproducible run
how often is the recommender retrained
what does the confusion matrix say about rare classes
how does the enemy find its path around walls
why does the player fall through the floor at low frame rates
which shader draws the water
save game is corrupted after an update
how do we balance the damage of the crossbow
multiplayer lobby disconnects after a minute
where are the level files loaded
sound effects play twice
how is the inventory synchronised with the server
test the boss fight with four players
what is the tick rate of the physics simulation
loading screen hangs at ninety percent
how do I add a new quest
controller vibration does not stop
why are shadows flickering on the terrain
which animation plays when the character jumps
leaderboard shows scores of banned players
how are loot boxes disclosed to parents
build the console version of the game
daily rewards reset at the wrong hour
""".strip().split("\n")
"""Six domains of twenty: web shop, mobile app, Kubernetes, payroll, machine learning, games."""

SAME_FIELD = (
    ("how does the WebAssembly backend lower a branch", "webassembly"),
    ("does the compiler emit LLVM bitcode", "bitcode"),
    ("which pass does polyhedral loop tiling", "polyhedral"),
    ("support for SPARC register windows", "sparc"),
    ("MIPS delay slot filling in the code generator", "mips"),
    ("PowerPC calling convention for vector arguments", "powerpc"),
    ("how are coroutines lowered to state machines", "coroutine"),
    ("where is the borrow checker implemented", "borrow checker"),
    ("AddressSanitizer shadow memory instrumentation", "addresssanitizer"),
    ("which flag enables profile guided optimisation", "profile guided"),
    ("how does escape analysis decide on stack allocation", "escape analysis"),
    ("garbage collector write barriers in generated code", "garbage collector"),
    ("parse Fortran common blocks", "fortran"),
    ("Objective-C message send lowering", "objective"),
    ("OpenMP parallel for reduction", "openmp"),
    ("CUDA kernel launch syntax in the parser", "cuda"),
    ("template instantiation depth limit", "template instantiation"),
    ("virtual table layout for multiple inheritance", "vtable"),
    ("Itanium name mangling of nested types", "mangling"),
    ("exception landing pads and unwinding cleanup", "landing pad"),
    ("PDB debug files for Windows targets", "pdb"),
    ("Mach-O object writer for macOS", "mach-o"),
    ("COFF section headers and import libraries", "coff"),
    ("JIT mode that runs main in memory", "jit"),
    ("language server hover for C files", "language server"),
    ("incremental compilation cache of parsed headers", "incremental compilation"),
    ("precompiled header support", "precompiled"),
    ("modulo scheduling of inner loops", "modulo"),
    ("superword level parallelism vectoriser", "superword"),
    ("autovectorisation of strided loads", "autovector"),
    ("trace scheduling across basic blocks", "trace scheduling"),
    ("how is the s390x backend tested", "s390"),
    ("LoongArch relocation types", "loongarch"),
    ("AVR interrupt handlers", "avr"),
    ("MSP430 memory model", "msp430"),
    ("eBPF verifier limits for generated code", "ebpf"),
    ("Hexagon packet formation", "hexagon"),
    ("gcov counters in the output file", "gcov"),
    ("fuzzing the parser with libFuzzer", "libfuzzer"),
    ("MISRA rule warnings", "misra"),
    ("Ada and Pascal front ends", "pascal"),
    ("why does the lambda capture by reference fail", "lambda"),
    ("concepts and requires clauses", "requires clause"),
    ("software transactional memory instructions", "transactional"),
    ("speculative execution hardening with fences", "speculative"),
    ("branch target identification and pointer authentication on ARM", "pointer authentication"),
    ("control flow integrity checks for indirect calls", "control flow integrity"),
    ("whole program devirtualisation", "devirtual"),
    ("partial evaluation of interpreters", "partial evaluation"),
    ("register allocation by integer programming", "integer programming"),
    ("superoptimiser search for short sequences", "superoptim"),
    ("decimal floating point literals", "decimal float"),
    ("saturating arithmetic of the Embedded C extension", "saturating"),
    ("module interface units and import statements", "module interface"),
    ("Thumb interworking veneers", "thumb"),
    ("RISC-V compressed vector crypto extension", "crypto"),
    ("GPU offload of parallel regions", "gpu"),
    ("reflection of struct fields at compile time", "reflection"),
    ("hot patching of running functions", "hot patch"),
    ("plugin API for custom passes", "plugin"),
)
"""(question, what no memory may hold): where one does, the question is left out."""

EXAMPLE = (
    ("why are there twelve characters in an id", "22cjn8ryyz79"),
    ("how do I add a new command", "n2gwjra9r76m"),
    ("how to run the tests", "1d7nz7vc2y0a"),
    ("why not use typer 0.29", "gby3f2y3gkhv"),
    ("where may GitPython be imported", "mp13fhw1k622 3y8g2rzq8vvm"),
    ("what does an error message have to look like", "hnres1c6rdvs"),
    ("why does YAML not decide the types of front matter", "v8jhjcvz69aj"),
    ("what happens with near-duplicates", "ek7bdf0vmn9j"),
    ("why is every memory a file of its own", "m3g0x9yc2xq5"),
    ("filter by thousands of terms in Whoosh", "v97g9wwxewt5"),
    ("is a model downloaded", "nzzbszshndvc"),
    ("when is it faster to sync the whole file system", "w9dsyy34qc75"),
    ("comments in code", "e72d4esst0hh"),
    ("may the model read the clock", "1q2xkx0cpefh n0s9r1bmwfxy"),
    ("who gets a failed task", "ahpgewx9c93b"),
    ("the project ignores log/, are memories hidden", "3kherbv31n0z"),
    ("what to do after changing an option of a command", "9c1vt6980x4r"),
    ("new rule for check", "9yfk7qbf62ct"),
    ("does the index know deleted memories", "2agq2evzfj51"),
    ("how are term frequencies of the fields stored", "3eaggrnvepyr"),
    ("how do I deploy to Kubernetes", ""),
    ("which payment provider do we use", ""),
    ("what colour is the logo", ""),
    ("why does the login page return an error", ""),
    ("how is the Docker image built", ""),
    ("where is the password of the staging database", ""),
    ("which React version does the frontend use", ""),
    ("why did we choose MongoDB", ""),
    ("how do I restore a backup of Postgres", ""),
    ("rate limit of the REST API", ""),
    ("test coverage of the mobile app", ""),
    ("which branch is deployed to production on Friday", ""),
    ("how are translations into French made", ""),
    ("what is the memory limit of the worker pods", ""),
    ("how does the release manager sign packages", ""),
    ("why are emails sent twice", ""),
    ("how do users reset their password", ""),
    ("which file holds the Terraform state", ""),
    ("what is the retention of web server logs", ""),
    ("how do we import customers from Salesforce", ""),
)
"""(question, ids that answer it, none where nothing does)."""
