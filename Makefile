# lightning -- `make` builds build/lightning (the command line) and build/lightning.so (the
# extension); `make help` lists the rest.
#
# The sources of ext/ are compiled twice: into build/so, position-independent, for the extension, and
# into build/cli, with SQLITE_CORE, for the command line and the tests. All that is made lies in
# build/, which is $B here: with other flags, such as sanitizers, it is the same rules and another B.

CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
B := build
# Sanitizers and coverage, for compiling and for linking.
instrument :=

warnings := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
  -Wmissing-prototypes -Wvla -Wformat=2 -Wundef
strict := $(if $(filter-out 0,$(DEV)),-Werror)
compile := $(CC) -std=c11 -D_GNU_SOURCE $(warnings) $(strict) $(CPPFLAGS) $(CFLAGS) $(instrument)
link := $(CC) $(CFLAGS) $(instrument) $(LDFLAGS)
core_libs := -lzstd -lm -lpthread

core := $(wildcard ext/core/*.c)
bind := $(wildcard ext/*.c ext/bind/*.c)
cli := $(wildcard cli/*.c)
lexicons := $(sort $(wildcard ext/core/*.txt))
sql := $(sort $(shell find sql -name '*.sql'))
store := $(filter sql/store/%,$(sql))
unit := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
portable := json json_text json_lookup trace phrases phrases_search
fuzz := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
cli_tests := $(filter-out tests/cli/lib.sh,$(wildcard tests/cli/*.sh))
readme_test := $(wildcard tests/readme.*)

core_objects := $(core:%.c=%.o) lexicons.o
ext_objects := $(core_objects) $(bind:%.c=%.o) ext_sql.o
cli_objects := $(ext_objects) $(cli:%.c=%.o) sql_files.o
test_objects := $(unit:%=tests/unit/%.o) $(fuzz:%=tests/fuzz/fuzz_%.o) tests/fuzz/replay.o \
  tests/json_events.o $(patsubst %.c,%.o,$(wildcard tests/bench/*.c))

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.PHONY: all help packages demo test test-all accept check-unit check-replay check-sql check-cli \
  check-agree check-plans check-lazy check-json check-python check-loading check-readme check-layers \
  check-data check-san check-tsan check-valgrind check-install check-oldest test-faults eval coverage lint \
  format fuzz bench fresh install uninstall clean FORCE

all: $B/lightning $B/lightning.so ## build both (the default)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' Makefile
	@echo 'DEV=1 makes warnings errors, V=1 shows the commands; CC, CPPFLAGS, CFLAGS, LDFLAGS,'
	@echo 'PREFIX and DESTDIR are what they are elsewhere.'

# ---- packages ----

# What a goal needs beyond the compiler and the libraries: jobs of .ci/packages. One check for all
# goals, before anything is compiled, so that there is one apt-get at most.
needs_demo := demo
needs_test := test
needs_test-all := test valgrind
needs_accept := test
needs_check-unit := test
needs_check-sql := test
needs_check-cli := test
needs_check-agree := test
needs_check-plans := test
needs_check-lazy := test
needs_check-json := test
needs_check-python := test
needs_check-loading := test
needs_check-readme := test
needs_check-data := test
needs_check-san := test
needs_check-tsan := test
needs_test-faults := test
needs_check-valgrind := test valgrind
needs_check-install := demo
needs_coverage := test coverage
needs_lint := lint
needs_format := lint
needs_fuzz := fuzz
needs_fresh := fresh
needs_bench := test

packages: ## install what building needs (apt-get)
	@CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' CFLAGS='$(CFLAGS)' LDFLAGS='$(LDFLAGS)' \
	  .ci/packages build $(sort $(foreach goal,$(MAKECMDGOALS),$(needs_$(goal))))

# ---- compiling ----

quiet := $(if $(V),,@)
say = $(if $(V),@:,@echo '  $1  $@')

# Each layer finds the headers it may use and no others.
headers_core := -Iext/core
headers_bind := -Iext -Iext/core -Iext/bind
headers_cli := -Icli
layer = $(strip $(if $(filter ext/core/% tests/% $B/gen/lexicons.c,$<),core, \
  $(if $(filter ext/% $B/gen/ext_sql.c,$<),bind,cli)))

define compile_it
@mkdir -p $(@D)
$(call say,CC  )
$(quiet)$(compile) $(variant) $(headers_$(layer)) -MMD -MP -c -o $@ $<
endef

$B/so/%.o: variant := -fPIC -fvisibility=hidden
$B/so/%.o: %.c $B/flags | packages
	$(compile_it)
$B/so/%.o: $B/gen/%.c $B/flags | packages
	$(compile_it)
$B/cli/%.o: variant := -DSQLITE_CORE
$B/cli/%.o: %.c $B/flags | packages
	$(compile_it)
$B/cli/%.o: $B/gen/%.c $B/flags | packages
	$(compile_it)

-include $(patsubst %.o,$B/so/%.d,$(ext_objects))
-include $(patsubst %.o,$B/cli/%.d,$(cli_objects) $(test_objects)) $(wildcard $B/portable/ext/core/*.d)

# Files that change when the flags do, or the list of files to embed, and so make what hangs on them.
note = @mkdir -p $(@D); echo '$1' | cmp -s - $@ || echo '$1' >$@
$B/flags: FORCE
	$(call note,$(compile) $(LDFLAGS))
$B/gen/sql.list: FORCE
	$(call note,$(sql))
$B/gen/lexicons.list: FORCE
	$(call note,$(lexicons))

# ---- embedded text ----

# A file as the elements of a C array: bytes, or characters, which need no sign; then a NUL.
bytes_of = od -An -v -tx1 "$1" | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'; echo 0
chars_of = od -An -v -to1 "$1" | sed "s/ *\([0-7][0-7]*\)/'\\\\\1',/g"; echo 0

# cli/embedded.h tells the shape.
$B/gen/sql_files.c: $(sql) $B/gen/sql.list
	@{ echo '#include "embedded.h"'; \
	n=0; for file in $(sql); do n=$$((n + 1)); \
	  echo "static const unsigned char text_$$n[] = {"; $(call bytes_of,$$file); echo '};'; \
	done; \
	echo 'const struct embedded_file sql_files[] = {'; \
	n=0; for file in $(sql); do n=$$((n + 1)); \
	  echo "{\"$${file#sql/}\", text_$$n, sizeof(text_$$n) - 1},"; \
	done; \
	echo '};'; \
	echo 'const size_t n_sql_files = sizeof(sql_files) / sizeof(sql_files[0]);'; } >$@

$B/gen/lexicons.c: $(lexicons) $B/gen/lexicons.list
	@{ echo '#include "lexicons.h"'; \
	for file in $(lexicons); do name=lexicon_$$(basename $$file .txt); \
	  echo "const unsigned char $$name[] = {"; $(call bytes_of,$$file); echo '};'; \
	  echo "const size_t $${name}_size = sizeof($$name) - 1;"; \
	done; } >$@

$B/gen/ext_sql.c: $(store) $B/gen/sql.list
	@{ echo '#include "ext_sql.h"'; \
	for file in $(store); do name=sql_store_$$(basename $$file .sql); \
	  echo "const char $$name[] = {"; $(call chars_of,$$file); echo '};'; \
	done; } >$@

# ---- linking ----

$B/lightning: $(cli_objects:%=$B/cli/%)
	$(call say,LINK)
	$(quiet)$(link) -o $@ $^ -lsqlite3 -ljansson $(core_libs)

# One name may be seen from outside.
$B/lightning.so: $(ext_objects:%=$B/so/%) ext/lightning.map
	$(call say,LINK)
	$(quiet)$(link) -shared -Wl,-soname,lightning.so -Wl,--version-script=ext/lightning.map \
	  -o $@ $(filter %.o,$^) $(core_libs)
	@names=$$(nm -D --defined-only $@ | awk '{ print $$3 }'); \
	[ "$$names" = sqlite3_lightning_init ] || { echo "$@ exports:" $$names >&2; exit 1; }

# The core alone: no -lsqlite3.
define link_unit_test
@mkdir -p $(@D)
$(call say,LINK)
$(quiet)$(link) -o $@ $^ $(wrap) -lcmocka $(core_libs)
endef

$B/unit/%: $B/cli/tests/unit/%.o $(core_objects:%=$B/cli/%)
	$(link_unit_test)

# Here every allocation fails in turn: those of zstd too, if there is an archive of it.
wrapped := malloc calloc realloc strdup realpath fdopendir free
$B/unit/test_allocations: private wrap = $(wrapped:%=-Wl,--wrap=%) \
  $(filter /%,$(shell $(CC) -print-file-name=libzstd.a))

# The same tests over the scanners for machines without SSE2.
$B/portable/%.o: variant := -U__SSE2__
$B/portable/%.o: %.c $B/flags | packages
	$(compile_it)
with_sse2 := $(addprefix ext/core/,json.o json_scan.o json_want.o json_text.o phrases_starts.o)
$B/unit/portable_%: $B/cli/tests/unit/test_%.o $(with_sse2:%=$B/portable/%) \
  $(patsubst %,$B/cli/%,$(filter-out $(with_sse2),$(core_objects)))
	$(link_unit_test)

$B/fuzz/replay_%: $B/cli/tests/fuzz/fuzz_%.o $B/cli/tests/fuzz/replay.o $(core_objects:%=$B/cli/%)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(quiet)$(link) -o $@ $^ $(core_libs)

# Tells what the JSON reader finds in documents.
$B/json_events: $(patsubst %,$B/cli/%,tests/json_events.o $(core_objects))
	$(call say,LINK)
	$(quiet)$(link) -o $@ $^ $(core_libs)

# With clang only, in the B of `make fuzz`.
$B/fuzz/fuzz_%: $B/cli/tests/fuzz/fuzz_%.o $(core_objects:%=$B/cli/%)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(quiet)$(link) -fsanitize=fuzzer -o $@ $^ $(core_libs)

# ---- demo ----

demo: $B/lightning $B/lightning.so ## import a small traces folder, analyse it, query it
	@tests/demo.sh

# ---- tests ----

# What test scripts go by.
export B CC

# The kinds of tests; each leaves a line in $B/passed.
checks := unit $(if $(fuzz),replay) sql cli agree plans lazy json python loading \
  $(if $(readme_test),readme) layers data

test: $(checks:%=check-%) ## run the tests: unit, fuzz corpus, golden SQL, command line, README
	@echo "All passed: $$(cat $(checks:%=$B/passed/%) | paste -s -d, - | sed 's/,/, /g')."

test-all: | packages ## test, and the slower ones
	@$(MAKE) test
	@$(MAKE) check-san
	@$(MAKE) check-tsan
	@$(MAKE) check-valgrind
	@$(MAKE) check-install
	@$(MAKE) check-oldest
	@echo 'All passed, the slower tests too.'

accept: $B/lightning $B/lightning.so ## take what golden SQL, plans and README print now for right
	@ACCEPT=1 tests/run-sql.sh
	@ACCEPT=1 tests/plans.sh
	@tests/readme.py --accept

check-unit: $(unit:%=$B/unit/%) $(portable:%=$B/unit/portable_%) ## cmocka tests of the core alone
	@tests/each.sh unit $^

check-replay: $(fuzz:%=$B/fuzz/replay_%) ## what fuzzing found, again
	@tests/each.sh replay $(foreach name,$(fuzz),'$B/fuzz/replay_$(name) tests/fuzz/corpus/$(name)')

check-sql: $B/lightning.so ## golden SQL in the stock sqlite3
	@tests/run-sql.sh

check-cli: $B/lightning $B/lightning.so ## tests of the command line
	@tests/each.sh cli $(cli_tests)

check-agree: $B/lightning $B/lightning.so ## stored, read in place, by hand, reckoned anew: all agree
	@tests/each.sh agree tests/consistency.sh tests/by_hand.sh tests/legacy_reference.py

check-plans: $B/lightning $B/lightning.so ## how SQLite goes about the reports
	@tests/each.sh plans tests/plans.sh

check-lazy: $B/lightning.so ## legacy_traces reads no more than it must
	@tests/each.sh lazy tests/lazy.sh

check-json: $B/json_events $B/lightning ## Python's json and jansson read what the reader reads
	@tests/each.sh json tests/json_differential.py

check-python: $B/lightning ## a Python that cannot load extensions
	@tests/each.sh python tests/plain_python.py

check-loading: $B/lightning $B/lightning.so ## the extension comes and goes cleanly
	@tests/each.sh loading tests/loading.sh

check-readme: $B/lightning $B/lightning.so ## the README's commands print what it says
	@tests/each.sh readme $(readme_test)

check-layers: ## which part may include what
	@tests/each.sh layers tests/layers.sh

check-data: | packages ## the demo folder is what its script writes
	@tests/each.sh data tests/data.sh

check-san: ## the tests with AddressSanitizer and UBSan
	@$(MAKE) B=build/san CFLAGS='-O1 -g -fno-omit-frame-pointer' \
	  instrument='-fsanitize=address,undefined -fno-sanitize-recover=all' \
	  check-unit $(if $(fuzz),check-replay) check-json check-sql check-cli

# Those with threads; those that load the extension into the stock sqlite3 cannot.
threaded := hostile_changes hostile_crowd hostile_export hostile_folders hostile_table hostile_threads
check-tsan: ## the tests that use threads, with ThreadSanitizer
	@$(MAKE) B=build/tsan CFLAGS='-O1 -g' instrument='-fsanitize=thread' \
	  cli_tests='$(threaded:%=tests/cli/%.sh)' check-cli

test-faults: $B/lightning $B/lightning.so ## at length: kills, failing memory, 200,000 files, mutants
	@tests/each.sh faults tests/faults/kill.sh tests/faults/malloc.sh tests/faults/many.sh \
	  tests/faults/mutants.sh

# What it needs is ../shared/data, or $LIGHTNING_DATA: each says so without.
eval: $B/lightning $B/lightning.so ## how far the rewards agree with people, and with the samples
	@for figures in tests/eval/replies.py tests/eval/empathy.py tests/eval/safety.py; do \
	  B=$B $$figures || exit; echo; done

check-valgrind: | packages ## unit tests, fuzz corpus and golden SQL in valgrind
	@UNDER='valgrind -q --leak-check=full --keep-debuginfo=yes --error-exitcode=9' \
	  $(MAKE) check-unit $(if $(fuzz),check-replay) check-sql

check-install: $B/lightning $B/lightning.so ## install and uninstall in clean roots
	@tests/install.sh

check-oldest: $B/lightning ## read and write the file with SQLite 3.31 (from npm)
	@tests/oldest-sqlite.sh

coverage: | packages ## which lines the tests reach
	@# The tests run some programs as another user, who has to count too.
	@umask 0; $(MAKE) B=build/coverage CFLAGS='-O0 -g' instrument=--coverage \
	  check-unit $(if $(fuzz),check-replay) check-sql check-cli
	@gcovr --root . --object-directory build/coverage --filter ext/ --filter cli/

fuzz_build := build/libfuzzer
fuzz: | packages ## search for what breaks a parser, FUZZ_SECONDS (60) for each
	@$(MAKE) B=$(fuzz_build) CC=clang CFLAGS='-O1 -g' \
	  instrument='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' \
	  $(fuzz:%=$(fuzz_build)/fuzz/fuzz_%)
	@for name in $(fuzz); do \
	  found=$(fuzz_build)/found/$$name; mkdir -p $$found; \
	  $(fuzz_build)/fuzz/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 \
	    -artifact_prefix=$(fuzz_build)/ $$found tests/fuzz/corpus/$$name || exit 1; \
	done

# ---- bench ----

bench_programs := $(patsubst tests/bench/%.c,$B/bench/%,$(wildcard tests/bench/*.c))

$B/bench/%: $B/cli/tests/bench/%.o
	@mkdir -p $(@D)
	$(call say,LINK)
	$(quiet)$(link) -o $@ $< -lsqlite3 -lpthread

bench: $B/lightning $B/lightning.so $(bench_programs) ## measure; tests/bench/run.py has settings
	@python3 tests/bench/run.py

fresh: | packages ## demo and test in an empty Debian system (as root)
	@tests/fresh.sh

# ---- habits ----

c_files := $(wildcard ext/*.[ch] ext/*/*.[ch] cli/*.[ch] tests/*.[ch] tests/*/*.[ch])
all_headers := -Iext -Iext/core -Iext/bind -Icli

lint: | packages ## clang-format, cppcheck and clang-tidy have nothing to say
	clang-format --dry-run -Werror $(c_files)
	cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr \
	  --error-exitcode=1 $(all_headers) ext cli
	@# One file at a time: what the analyzer of clang 14 says of several is partly wrong.
	printf '%s\n' $(core) $(bind) $(cli) | xargs -I FILE -P 2 \
	  clang-tidy --quiet FILE -- -std=c11 -D_GNU_SOURCE $(warnings) $(all_headers)

format: | packages ## lay out the C as .clang-format says
	clang-format -i $(c_files)

clean: ## remove what was built
	rm -rf build

# ---- installing ----

# ldconfig does not see a lightning.so; of a liblightning.so with the SONAME lightning.so it makes one
# that the loader finds. SQLite derives the same entry point from both names.
bin := $(DESTDIR)$(PREFIX)/bin
lib := $(DESTDIR)$(PREFIX)/lib
cached := $(if $(DESTDIR),,$(filter /usr /usr/local,$(PREFIX)))
ldconfig := $(if $(cached),PATH="$$PATH:/usr/sbin:/sbin" ldconfig,true)

install: $B/lightning $B/lightning.so ## install below PREFIX (/usr/local)
	install -d '$(bin)' '$(lib)'
	install -m 755 $B/lightning '$(bin)/lightning'
	install -m 644 $B/lightning.so '$(lib)/liblightning.so'
	@$(ldconfig) || true
	@if $(ldconfig) -p | grep -q '^[[:space:]]*lightning\.so '; then \
	  echo 'In sqlite3: .load lightning'; \
	else \
	  echo 'In sqlite3: .load $(abspath $(PREFIX))/lib/liblightning.so'; \
	fi

uninstall: ## remove what install installed
	rm -f '$(bin)/lightning' '$(lib)/liblightning.so'
	@link='$(lib)/lightning.so'; \
	if [ "$$(readlink "$$link")" = liblightning.so ]; then rm -f "$$link"; fi
	@$(ldconfig) || true
