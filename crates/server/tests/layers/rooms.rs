//! Rooms point one way: what each may name of the others, held against the paths in the source of every layer.
//!
//! A room is a folder or file of the same name in each layer. What it names is every path that leads into another one:
//! in `use`, in types and expressions, in macros, behind the facade `store` of the application, and the methods of
//! another room's ports. Modules for tests are left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, File, Item, ItemMod, ItemUse, Macro, TraitItem, UseTree,
    visit::{self, Visit},
};

use super::edges::{KERNEL, LAYERS, ROOM_EDGES};

fn is_room(name: &str) -> bool {
    ROOM_EDGES.iter().any(|(room, _)| *room == name)
}

/// A source file with its place in the tree of modules.
struct Source {
    layer: &'static str,
    crate_name: &'static str,
    /// Below `crates`.
    name: String,
    module: Vec<String>,
    syntax: File,
}

impl Source {
    /// The room that a module belongs to. The ports of a room stand in the application's `store`.
    fn room(&self) -> Option<&str> {
        let first = self.module.first().filter(|first| *first != "store").or_else(|| self.module.get(1));
        first.map(String::as_str).filter(|room| is_room(room))
    }
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let mut all = Vec::new();
    for (layer, crate_name) in LAYERS {
        let root = crates().join(layer).join("src");
        let mut files = Vec::new();
        rust_files(&root, &mut files);
        for file in files {
            let below = file.strip_prefix(&root).unwrap().with_extension("");
            let mut module: Vec<String> =
                below.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            module.pop_if(|last| last == "mod" || last == "lib");
            let syntax = syn::parse_file(&fs::read_to_string(&file).unwrap()).unwrap();
            let name = format!("{layer}/{}", file.strip_prefix(&root).unwrap().display());
            all.push(Source { layer, crate_name, name, module, syntax });
        }
    }
    all
}

fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

/// The modules that are compiled for tests alone.
fn test_modules(sources: &[Source]) -> BTreeSet<(&'static str, Vec<String>)> {
    let mut found = BTreeSet::new();
    for source in sources {
        for item in &source.syntax.items {
            if let Item::Mod(module) = item
                && for_tests(&module.attrs)
            {
                let mut path = source.module.clone();
                path.push(module.ident.to_string());
                found.insert((source.layer, path));
            }
        }
    }
    found
}

/// What stands behind the facade `store`: the room of each of its names, and of each method of a room's ports.
#[derive(Default)]
struct Facade {
    names: BTreeMap<String, String>,
    methods: BTreeMap<String, String>,
}

impl Facade {
    fn of(sources: &[Source]) -> Self {
        let mut facade = Self::default();
        let ports = sources
            .iter()
            .filter(|s| s.layer == "application" && s.module.first().is_some_and(|m| m == "store"));
        let mut shared = BTreeSet::new();
        for source in ports {
            if source.module.len() == 1 {
                let reexports = source.syntax.items.iter().filter_map(|item| match item {
                    Item::Use(item) => Some(&item.tree),
                    _ => None,
                });
                for path in reexports.flat_map(leaves) {
                    if let [room, name] = path.as_slice()
                        && is_room(room)
                    {
                        facade.names.insert(name.clone(), room.clone());
                    }
                }
            }
            for item in &source.syntax.items {
                let Item::Trait(port) = item else { continue };
                for member in &port.items {
                    let TraitItem::Fn(method) = member else { continue };
                    let name = method.sig.ident.to_string();
                    let room = source.room().unwrap_or("").to_owned();
                    let other = facade.methods.insert(name.clone(), room.clone());
                    if other.is_some_and(|other| other != room) {
                        shared.insert(name);
                    }
                }
            }
        }
        facade.methods.retain(|name, room| !shared.contains(name) && is_room(room));
        facade
    }
}

/// The paths of a tree of `use`.
fn leaves(tree: &UseTree) -> Vec<Vec<String>> {
    let below = |first: &syn::Ident, rest: Vec<Vec<String>>| {
        rest.into_iter().map(|path| [vec![first.to_string()], path].concat()).collect()
    };
    match tree {
        UseTree::Path(path) => below(&path.ident, leaves(&path.tree)),
        UseTree::Name(name) => vec![vec![name.ident.to_string()]],
        UseTree::Rename(name) => vec![vec![name.ident.to_string()]],
        UseTree::Glob(_) => vec![vec![]],
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
    }
}

/// The paths in tokens that nobody has parsed, such as those of macros.
fn paths_in(tokens: TokenStream, found: &mut Vec<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                if colons != 2 {
                    found.push(std::mem::take(&mut path));
                }
                path.push(name.to_string());
                colons = 0;
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
            other => {
                found.push(std::mem::take(&mut path));
                colons = 0;
                if let TokenTree::Group(group) = other {
                    paths_in(group.stream(), found);
                }
            }
        }
    }
    found.push(path);
}

/// The rooms that a file names, each with the paths that do.
struct Reader<'s> {
    source: &'s Source,
    facade: &'s Facade,
    /// The module that is being read: that of the file, or one in it.
    module: Vec<String>,
    named: BTreeMap<String, BTreeSet<String>>,
}

impl Reader<'_> {
    fn name(&mut self, room: &str, path: &str) {
        if self.source.room() != Some(room) {
            self.named.entry(room.to_owned()).or_default().insert(path.to_owned());
        }
    }

    fn path(&mut self, path: &[String]) {
        let Some((first, rest)) = path.split_first() else { return };
        let (crate_name, full) = match first.as_str() {
            "crate" => (self.source.crate_name, rest.to_vec()),
            "self" => (self.source.crate_name, [&self.module[..], rest].concat()),
            "super" => {
                let up = path.iter().take_while(|part| *part == "super").count();
                let kept = self.module.len().saturating_sub(up);
                (self.source.crate_name, [&self.module[..kept], &path[up..]].concat())
            }
            other => match LAYERS.iter().find(|(_, name)| *name == other) {
                Some((_, name)) => (*name, rest.to_vec()),
                None => return,
            },
        };
        let room = match full.as_slice() {
            [store, name, ..] if store == "store" && crate_name == "medcert_application" => {
                self.facade.names.get(name).cloned()
            }
            [room, ..] => Some(room.clone()),
            [] => None,
        };
        if let Some(room) = room.filter(|room| is_room(room)) {
            self.name(&room, &path.join("::"));
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !for_tests(&module.attrs) {
            self.module.push(module.ident.to_string());
            visit::visit_item_mod(self, module);
            self.module.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !for_tests(&item.attrs) {
            for path in leaves(&item.tree) {
                self.path(&path);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.path(&parts);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'ast Macro) {
        let mut paths = Vec::new();
        paths_in(invoked.tokens.clone(), &mut paths);
        for path in paths {
            self.path(&path);
        }
        visit::visit_macro(self, invoked);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        if self.source.layer == "application"
            && let Some(room) = self.facade.methods.get(&name).cloned()
        {
            self.name(&room, &format!(".{name}()"));
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// A file with the rooms that it names, each with the paths that do.
struct Named {
    file: String,
    room: Option<String>,
    rooms: BTreeMap<String, BTreeSet<String>>,
}

/// Every file, read once for all tests.
static NAMED: LazyLock<Vec<Named>> = LazyLock::new(|| {
    let sources = sources();
    let facade = Facade::of(&sources);
    let tests = test_modules(&sources);
    let for_tests = |source: &&Source| {
        tests.iter().any(|(layer, path)| *layer == source.layer && source.module.starts_with(path))
    };
    let read = |source: &Source| {
        let mut reader =
            Reader { source, facade: &facade, module: source.module.clone(), named: BTreeMap::new() };
        reader.visit_file(&source.syntax);
        let room = source.room().map(ToOwned::to_owned);
        Named { file: source.name.clone(), room, rooms: reader.named }
    };
    sources.iter().filter(|source| !for_tests(source)).map(read).collect()
});

/// The edges that there are, as text: what a table that does not fit is mended by.
fn listed(found: &BTreeMap<(String, String), BTreeSet<String>>) -> String {
    let line = |((from, to), places): (&(String, String), &BTreeSet<String>)| {
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        format!("{from} -> {to}\n    {}\n", places.join("\n    "))
    };
    found.iter().map(line).collect()
}

#[test]
fn rooms_name_only_what_they_may() {
    let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for Named { file, room, rooms } in &*NAMED {
        let Some(room) = room else { continue };
        for (other, paths) in rooms {
            let places = paths.iter().map(|path| format!("{file}: {path}"));
            found.entry((room.clone(), other.clone())).or_default().extend(places);
        }
    }
    let allowed: BTreeSet<(String, String)> = ROOM_EDGES
        .iter()
        .flat_map(|(from, to)| to.iter().map(|to| ((*from).to_owned(), (*to).to_owned())))
        .collect();
    let mut wrong = found.clone();
    wrong.retain(|edge, _| !allowed.contains(edge));
    assert!(wrong.is_empty(), "a room names another one that it must not:\n{}", listed(&wrong));
    let unused: Vec<_> = allowed.iter().filter(|edge| !found.contains_key(*edge)).collect();
    assert!(
        unused.is_empty(),
        "the table allows what nobody needs: {unused:?}; there are\n{}",
        listed(&found)
    );
}

#[test]
fn rooms_stand_in_an_order() {
    // Taking away whoever names nobody that is left must take away all.
    let mut left: BTreeMap<&str, BTreeSet<&str>> =
        ROOM_EDGES.iter().map(|(room, to)| (*room, to.iter().copied().collect())).collect();
    while let Some(last) = left.iter().find(|(_, to)| to.is_empty()).map(|(room, _)| *room) {
        left.remove(last);
        for to in left.values_mut() {
            to.remove(last);
        }
    }
    assert!(left.is_empty(), "rooms name each other in a circle: {left:?}");
}

#[test]
fn the_kernel_names_no_room() {
    let mut wrong: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut unused: BTreeSet<(&str, String)> = KERNEL
        .iter()
        .flat_map(|(place, rooms, _)| rooms.iter().map(|room| (*place, (*room).to_owned())))
        .collect();
    let lists = LAYERS.map(|(layer, _)| format!("{layer}/rooms.rs"));
    let kernel = NAMED.iter().filter(|named| named.room.is_none() && !lists.contains(&named.file));
    for Named { file, rooms, .. } in kernel {
        for (room, paths) in rooms {
            let row = KERNEL.iter().find(|(place, rooms, _)| {
                Path::new(file).starts_with(place) && rooms.contains(&room.as_str())
            });
            match row {
                Some((place, _, _)) => {
                    unused.remove(&(*place, room.clone()));
                }
                None => {
                    wrong.insert((file.clone(), room.clone()), paths.clone());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "what belongs to no room names one:\n{}", listed(&wrong));
    assert!(unused.is_empty(), "the table allows what nobody needs: {unused:?}");
}
