#!/bin/bash -p
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel/build.sh touches the user's files under no environment and from no kind of
# source tree. The tree is a small one whose Makefile obeys variables as kbuild does,
# and whose image is the list of variables that reached it.
# shellcheck disable=SC2317 # functions that check calls
set -uo pipefail

# shellcheck source=tests/scratch.sh
. "$(dirname "$0")/../scratch.sh" build
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
umask 022

build=$root/kernel/build.sh
plain=$scratch/plain victim=$scratch/victim fakes=$scratch/fakes trees=$scratch/trees
export XDG_CACHE_HOME=$scratch/cache
mkdir -p "$plain/virt/kvm" "$plain/scripts/kconfig" "$fakes" "$trees"

cat >"$plain/Makefile" <<'END'
VERSION = 6
PATCHLEVEL = 12
SUBLEVEL = 99
# Like kbuild: O on the command line, or KBUILD_OUTPUT of the environment.
ifeq ($(origin O),command line)
KBUILD_OUTPUT := $(O)
endif
out := $(or $(KBUILD_OUTPUT),.)
KCONFIG_CONFIG ?= $(out)/.config
reached := $(foreach v,$(sort $(.VARIABLES)),$(if $(filter environment%,$(origin $v)),$v))

ifeq ($(filter mrproper,$(MAKECMDGOALS)),)
ifneq ($(wildcard .config include/config),)
$(error the source tree is not clean)
endif
endif

mrproper:
	rm -rf $(out)/.config $(out)/vmlinux $(out)/include/config $(out)/certs $(KCONFIG_CONFIG)
allnoconfig olddefconfig:
	touch $(KCONFIG_CONFIG)
vmlinux:
	echo $(reached) | tee $(out)/vmlinux >$(out)/System.map
END
# Like the kernel's.
cat >"$plain/scripts/kconfig/merge_config.sh" <<'END'
#!/bin/sh
temporary=$(mktemp ./.tmp.config.XXXXXX)
base=$4
shift 4
cat "$@" | grep -v '=n$' >"$temporary"
mv "$temporary" "${KCONFIG_CONFIG:-$base}"
END
chmod +x "$plain/scripts/kconfig/merge_config.sh"
echo 'int kvm;' >"$plain/virt/kvm/kvm_main.c"
ln -s kvm_main.c "$plain/virt/kvm/link.c"
printf '%s\n' .config '*.o' vmlinux /include/config >"$plain/.gitignore"

# The series need not apply to it. Whatever else is called notes its environment.
printf '#!/bin/sh\nenv -0 >>"%s"\nexit 0\n' "$scratch/reached" >"$fakes/patch"
for tool in git tar make gcc ld as; do
	printf '#!/bin/sh\nenv -0 >>"%s"\nexec "%s" "$@"\n' "$scratch/reached" "$(type -P $tool)" \
		>"$fakes/$tool"
done
chmod +x "$fakes"/*

# What is in a folder, to the byte: contents, names, modes, owners and times.
fingerprint() {
	(cd -- "$1" && find . -printf '%p %y %m %U %T@ %C@ %s %l\n' | LC_ALL=C sort &&
		find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
}

# The user's: a build folder that a kernel was built in, and a repository.
mkdir -p "$victim/include/config" "$victim/certs" "$victim/empty"
for file in .config vmlinux include/config/auto.conf certs/signing_key.pem index; do
	echo "of the user's" >"$victim/$file"
done
git init -q "$victim/repository"

# Upper-case words of the kernel's own documentation of its variables, and others'.
documented() {
	local folder=$root/build/kbuild-docs

	mkdir -p "$folder"
	if [ -r /usr/src/linux-source-6.12.tar.xz ] && [ ! -e "$folder/kbuild.rst" ]; then
		# The names come early in the archive: with --occurrence, tar stops there.
		"$root/kernel/clean.sh" tar -xJf /usr/src/linux-source-6.12.tar.xz -C "$folder" --occurrence=1 \
			--strip-components=3 linux-source-6.12/Documentation/kbuild/{kbuild,kconfig,llvm,makefiles,modules}.rst \
			linux-source-6.12/Documentation/kbuild/reproducible-builds.rst
	fi
	cat "$folder"/*.rst 2>/dev/null | grep -oE '\b[A-Z][A-Z0-9]*_?[A-Z0-9_]+\b' | sort -u | grep -vxE 'PATH|HOME|KERNEL_SRC'
}
mapfile -t names < <(documented)
documented_count=${#names[@]}
names+=(O V W C M CF CC LD AR AS CPP HOSTCC HOSTCFLAGS ARCH SUBARCH CROSS_COMPILE LLVM LLVM_IAS CLANG_FLAGS KBUILD_OUTPUT
	KBUILD_EXTMOD KBUILD_EXTRA_SYMBOLS KBUILD_SRC KBUILD_DEFCONFIG KBUILD_MODPOST_WARN KBUILD_VERBOSE KBUILD_CFLAGS
	KBUILD_BUILD_TIMESTAMP KBUILD_BUILD_USER KBUILD_BUILD_HOST KBUILD_BUILD_VERSION KCFLAGS KAFLAGS KCPPFLAGS KRUSTFLAGS
	KCONFIG_CONFIG KCONFIG_ALLCONFIG KCONFIG_DEFCONFIG_LIST KCONFIG_AUTOCONFIG KCONFIG_AUTOHEADER KCONFIG_OVERWRITECONFIG
	KCONFIG_NOSILENTUPDATE KCONFIG_SEED CONFIG_PREFIX CONFIG_ LOCALVERSION EXTRAVERSION MODLIB srctree objtree abs_srctree
	abs_objtree sub_make_done VPATH INSTALL_PATH INSTALL_MOD_PATH INSTALL_HDR_PATH INSTALL_DTBS_PATH MAKEFLAGS MFLAGS
	GNUMAKEFLAGS MAKEFILES MAKEOVERRIDES MAKELEVEL MAKEFILE_LIST GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY
	GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_COMMON_DIR GIT_NAMESPACE GIT_CEILING_DIRECTORIES GIT_CONFIG GIT_CONFIG_PARAMETERS
	GIT_CONFIG_COUNT GIT_EXTERNAL_DIFF GIT_EXEC_PATH GIT_TEMPLATE_DIR GIT_TRACE GIT_TRACE2 GIT_TRACE_SETUP GIT_SHALLOW_FILE
	GIT_PREFIX GIT_ASKPASS GIT_LITERAL_PATHSPECS GIT_DEFAULT_HASH TAR_OPTIONS TAPE POSIXLY_CORRECT VERSION_CONTROL
	PATCH_VERSION_CONTROL PATCH_GET SIMPLE_BACKUP_SUFFIX QUOTING_STYLE GREP_OPTIONS XZ_OPT XZ_DEFAULTS GZIP BZIP2 CCACHE_DIR
	CCACHE_PREFIX CCACHE_BASEDIR GCC_EXEC_PREFIX COMPILER_PATH LIBRARY_PATH CPATH C_INCLUDE_PATH DEPENDENCIES_OUTPUT
	SUNPRO_DEPENDENCIES SOURCE_DATE_EPOCH LDEMULATION LD_RUN_PATH TMPDIR BASH_ENV ENV CDPATH PERL5LIB PERL5OPT PYTHONPATH
	DPKG_ROOT DPKG_ADMINDIR BLOCK_SIZE DF_BLOCK_SIZE LS_BLOCK_SIZE TIME_STYLE ccflags-y CFLAGS_kvm_main.o)
hostile=()
for name in "${names[@]}"; do
	case $name in
	# Those of make itself and of bash would stop the test's own programs.
	MAKEFLAGS | MFLAGS | GNUMAKEFLAGS) hostile+=("$name=KBUILD_OUTPUT=$victim") ;;
	BASH_ENV | ENV | GIT_EXTERNAL_DIFF | CCACHE_PREFIX) hostile+=("$name=$scratch/program") ;;
	KCONFIG_CONFIG | MAKEFILES | GIT_CONFIG) hostile+=("$name=$victim/.config") ;;
	GIT_DIR) hostile+=("$name=$victim/repository/.git") ;;
	GIT_INDEX_FILE) hostile+=("$name=$victim/index") ;;
	TAR_OPTIONS) hostile+=("$name=--remove-files --directory=$victim") ;;
	PATCH_GET | GIT_CONFIG_COUNT | V | W) hostile+=("$name=1") ;;
	*) hostile+=("$name=$victim") ;;
	esac
done
printf '#!/bin/sh\ntouch "%s"\n' "$scratch/program_was_run" >"$scratch/program"
chmod +x "$scratch/program"
rm -f "$scratch/program_was_run"

# builds NAME TREE [VARIABLE=VALUE...]: a kernel can be built from TREE, which is as it was then.
builds() {
	local name=$1 tree=$2 before kernel

	shift 2
	rm -rf "$XDG_CACHE_HOME"
	before=$(fingerprint "$tree" && fingerprint "$victim")
	if ! kernel=$(env "$@" PATH="$fakes:$PATH" KERNEL_SRC="${given:-$tree}" "${by[@]}" --arch x86_64 \
		2>"$scratch/err" </dev/null); then
		flunk "$name" "$(cat "$scratch/err")"
	elif [ "$(fingerprint "$tree" && fingerprint "$victim")" != "$before" ]; then
		flunk "$name: the user's files are not as they were" \
			"$(diff <(echo "$before") <(fingerprint "$tree" && fingerprint "$victim"))"
	elif ! python3 -m json.tool "$kernel/manifest.json" >/dev/null; then
		flunk "$name: manifest.json is no JSON" "$(cat "$kernel/manifest.json")"
	else
		basename "$kernel" >"$scratch/key"
		cp "$kernel/vmlinux" "$scratch/image"
		grep '"source"' "$kernel/manifest.json" >"$scratch/source"
		pass "$name"
	fi
}
by=("$build")
[ "$(uname -m)" = x86_64 ] || { skip_test "all" "its tree is one for x86-64"; finish; }

# new_git NAME: the tree, committed.
new_git() {
	cp -a "$plain" "$trees/$1"
	git init -q "$trees/$1"
	git -C "$trees/$1" add -A
	git -C "$trees/$1" commit -qm first
}

builds "plain folder, no variables" "$plain"
key=$(cat "$scratch/key")
cp "$scratch/image" "$scratch/image_without"
: >"$scratch/reached"
builds "plain folder, ${#hostile[@]} variables" "$plain" "${hostile[@]}"
check "the same key" [ "$(cat "$scratch/key")" = "$key" ]
check "the same image" cmp "$scratch/image" "$scratch/image_without"
check "git, tar, make, patch and compilers got none of them" \
	[ "$(tr '\0' '\n' <"$scratch/reached" | grep -cF "$victim")" = 0 ]
check "and they were called" [ "$(tr '\0' '\n' <"$scratch/reached" | grep -c '^PATH=')" -gt 10 ]
check "no program that a variable names was run" test ! -e "$scratch/program_was_run"
if [ -r /usr/src/linux-source-6.12.tar.xz ]; then
	check "variables are those of the kernel's documentation, too" [ "$documented_count" -gt 60 ]
else
	skip_test "variables are those of the kernel's documentation, too" "no linux-source-6.12.tar.xz"
fi

if command -v apt-get >/dev/null && ! dpkg-query -W flex bison bc libelf-dev >/dev/null 2>&1; then
	skip_test "run.sh kernel" "packages are missing"
else
	by=("$root/run.sh" kernel)
	builds "run.sh kernel" "$plain" "${hostile[@]/#DPKG_*=*/A=b}"
	by=("$build")
fi

# Built in: cleaned in the copy, where KBUILD_OUTPUT must not lead elsewhere.
cp -a "$plain" "$trees/built"
mkdir -p "$trees/built/include/config" "$trees/built/certs"
touch "$trees/built/.config" "$trees/built/vmlinux" "$trees/built/include/config/auto.conf"
builds "tree that was built in" "$trees/built" "${hostile[@]}"

new_git git
builds "git tree" "$trees/git" "${hostile[@]}"
check "is named by its commit" grep -q "\"git $(git -C "$trees/git" describe --always)\"" "$scratch/source"
clean_key=$(cat "$scratch/key")

new_git dirty
echo '/* more */' >>"$trees/dirty/virt/kvm/kvm_main.c"
builds "dirty git tree" "$trees/dirty" "${hostile[@]}"
check "is called dirty" grep -q -- '-dirty"' "$scratch/source"
check "and has a key of its own" [ "$(cat "$scratch/key")" != "$clean_key" ]

key_of() { basename "$(KERNEL_SRC=$1 "$build" --if-built 2>/dev/null)"; }
# changes_key NAME COMMAND...: what it does to a copy of the git tree enters the key.
changes_key() {
	local name=$1 before

	rm -rf "$trees/changed"
	cp -a "$trees/git" "$trees/changed"
	before=$(key_of "$trees/changed")
	(cd "$trees/changed" && eval "$2") >/dev/null
	check "$name enters the key" [ "$(key_of "$trees/changed")" != "$before" ]
}
changes_key "a file added" 'echo x >new.c'
changes_key "a file removed" 'rm virt/kvm/link.c'
changes_key "a symbolic link turned" 'ln -sf other virt/kvm/link.c'
changes_key "a mode" 'chmod +x virt/kvm/kvm_main.c'
changes_key "a file of the same size and time" \
	'touch -r Makefile s; sed -i "s/99/98/" Makefile; touch -r s Makefile; rm s'
changes_key "a file that git is told to take for unchanged" \
	'git update-index --assume-unchanged Makefile; echo "# more" >>Makefile'
changes_key "a file of a repository in it" 'git init -q inner; echo x >inner/file.c'
changes_key "line ends that git would convert" \
	'git config core.autocrlf true; sed -i "s/\$/\r/" virt/kvm/kvm_main.c'
# keeps_key NAME COMMAND...: and this does not.
keeps_key() {
	local name=$1

	rm -rf "$trees/changed"
	cp -a "$trees/git" "$trees/changed"
	(cd "$trees/changed" && eval "$2") >/dev/null
	check "$name does not" [ "$(key_of "$trees/changed")" = "$clean_key" ]
}
keeps_key "another time" 'touch Makefile virt/kvm/kvm_main.c'
keeps_key "the user's own umask" 'chmod -R go-rwx .'
keeps_key "what git ignores" 'touch virt/kvm/kvm_main.o .config'
keeps_key "a new index" 'rm .git/index; git reset -q'

# Kinds of git trees. Configuration of theirs names programs.
new_git programs
(
	cd "$trees/programs" || exit
	git config core.fsmonitor "$scratch/program"
	git config diff.external "$scratch/program"
	git config filter.f.clean "$scratch/program"
	git config filter.f.process "$scratch/program"
	git config filter.f.required true
	git config core.pager "$scratch/program"
	git config core.hooksPath "$scratch/hooks"
	mkdir "$scratch/hooks" && cp "$scratch/program" "$scratch/hooks/post-index-change"
	echo '*.c filter=f diff=f' >.gitattributes
	echo more >>virt/kvm/kvm_main.c
)
rm -f "$scratch/program_was_run"
builds "git tree whose configuration names programs" "$trees/programs" "${hostile[@]}"
check "none of which is run" test ! -e "$scratch/program_was_run"

git -C "$trees/git" worktree add -q "$trees/worktree" 2>/dev/null
builds "worktree" "$trees/worktree" "${hostile[@]}"
check "has the key of the tree" [ "$(cat "$scratch/key")" = "$clean_key" ]
git clone -q --depth 1 "file://$trees/git" "$trees/shallow"
builds "shallow clone" "$trees/shallow" "${hostile[@]}"
check "has the key of the tree, too" [ "$(cat "$scratch/key")" = "$clean_key" ]
git init -q "$trees/super"
git -C "$trees/super" -c protocol.file.allow=always submodule --quiet add "$trees/git" linux 2>/dev/null
builds "submodule" "$trees/super/linux" "${hostile[@]}"
check "has the key of the tree as well" [ "$(cat "$scratch/key")" = "$clean_key" ]
new_git exported
printf '%s\n' 'virt/kvm/kvm_main.c export-ignore' 'Makefile export-subst' >"$trees/exported/.gitattributes"
builds "git tree with attributes for archives" "$trees/exported" "${hostile[@]}"
mkdir "$trees/outer" && git init -q "$trees/outer" && cp -a "$plain" "$trees/outer/linux"
builds "plain folder in another repository" "$trees/outer/linux" "${hostile[@]}"
check "is not named by it" grep -q '"folder linux"' "$scratch/source"
new_git unborn && rm -rf "$trees/unborn/.git" && git init -q "$trees/unborn"
builds "git tree without a commit" "$trees/unborn" "${hostile[@]}"
git clone -q --bare "$trees/git" "$trees/bare"
expect "bare repository" 2 "is not a kernel source tree.*or at a tarball of one" \
	env KERNEL_SRC="$trees/bare" "$build"

# Owners and modes.
cp -a "$trees/git" "$trees/read-only"
chmod -R a-w "$trees/read-only"
builds "read-only git tree" "$trees/read-only" "${hostile[@]}"
cp -a "$plain" "$trees/read-only-folder"
chmod -R a-w "$trees/read-only-folder"
builds "read-only folder" "$trees/read-only-folder" "${hostile[@]}"
if [ "$(id -u)" = 0 ]; then
	cp -a "$trees/git" "$trees/others"
	chown -R nobody "$trees/others"
	builds "git tree of another user" "$trees/others" "${hostile[@]}"
	check "is named by its commit" grep -q '"git ' "$scratch/source"
else
	skip_test "git tree of another user" "needs root"
	skip_test "is named by its commit" "needs root"
fi
mkdir "$trees/linked" && ln -s "$victim" "$trees/linked/certs" && cp -a "$plain/." "$trees/linked/" && touch "$trees/linked/.config"
ln -s "$victim/vmlinux" "$trees/linked/vmlinux"
builds "folder with links that lead out of it" "$trees/linked" "${hostile[@]}"
check "which are told" grep -q "left out .*: 2, " "$scratch/err"

# Names.
for name in 'a blank' "a'quote" 'a"quote' $'a\nnew line' $'an end\n' '-dash' 'per%cent' 'col:on' $'\xff\xfe' '*' 'back\slash'; do
	new_git "$name"
	builds "git tree called $(printf %q "$name")" "$trees/$name" "${hostile[@]}"
done
mv "$trees/an end"$'\n' "$trees/folder"$'\n"'
rm -rf "$trees/folder"$'\n"/.git'
builds "folder with a newline and a quote" "$trees/folder"$'\n"' "${hostile[@]}"
cd "$trees" || exit
ln -s git link
given=$trees/git/ builds "slash at the end" "$trees/git"
given="git" builds "relative name" "$trees/git"
given="link" builds "symbolic link" "$trees/git" "${hostile[@]}"
check "has the key of the tree" [ "$(cat "$scratch/key")" = "$clean_key" ]
new_git names
touch "$trees/names/-C" "$trees/names/--remove-files" "$trees/names/a b" "$trees/names/a"$'\n'"b"
builds "names of files that look like options" "$trees/names" "${hostile[@]}"
finish
