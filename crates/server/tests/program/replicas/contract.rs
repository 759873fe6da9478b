//! The OpenAPI document as the judge of answers.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Mutex,
};

use medcert_testkit::Answered;
use serde_json::{Value, json};

/// The document, and which of its operations were called.
pub(crate) struct Contract {
    document: Value,
    called: Mutex<BTreeMap<String, BTreeSet<u16>>>,
}

/// An operation of the document.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) template: String,
    output_text: Value,
}

impl Operation {
    /// Whether this path is one of its addresses; the more of it is literal, the better it fits.
    fn fits(&self, method: &str, path: &str) -> Option<usize> {
        let (own, given): (Vec<_>, Vec<_>) = (self.template.split('/').collect(), path.split('/').collect());
        let literal = own.iter().filter(|part| !part.starts_with('{')).count();
        let fits = own.iter().zip(&given).all(|(own, given)| own.starts_with('{') || own == given);
        (self.method == method && own.len() == given.len() && fits).then_some(literal)
    }
}

impl Contract {
    pub(crate) fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/openapi.json");
        let document = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        Self { document, called: Mutex::default() }
    }

    pub(crate) fn operations(&self) -> Vec<Operation> {
        let paths = self.document["paths"].as_object().unwrap();
        let all = paths.iter().flat_map(|(template, item)| {
            item.as_object().unwrap().iter().map(|(method, output_text)| Operation {
                id: output_text["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                template: template.clone(),
                output_text: output_text.clone(),
            })
        });
        all.collect()
    }

    /// The example of an operation's JSON body.
    pub(crate) fn example(&self, operation: &Operation) -> Option<Value> {
        let schema = &operation.output_text["requestBody"]["content"]["application/json"]["schema"];
        let reference = schema["$ref"].as_str()?;
        Some(self.document.pointer(&reference[1..]).unwrap()["example"].clone())
    }

    /// Operations without any answer yet.
    pub(crate) fn uncalled(&self) -> Vec<Operation> {
        let called = self.called.lock().unwrap();
        self.operations().into_iter().filter(|operation| !called.contains_key(&operation.id)).collect()
    }

    /// How many operations were called, and how many answers were judged to be as documented.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let called = self.called.lock().unwrap();
        (called.len(), called.values().map(BTreeSet::len).sum())
    }

    /// Fails unless the answer is one that the document promises for this call.
    pub(crate) fn check(&self, method: &str, path: &str, answer: &Answered) {
        let path = path.split('?').next().unwrap();
        let operations = self.operations();
        let fitting = operations.iter().filter_map(|o| o.fits(method, path).map(|literal| (literal, o)));
        let (_, operation) = fitting
            .max_by_key(|(literal, _)| *literal)
            .unwrap_or_else(|| panic!("{method} {path} is nowhere"));
        let name = &operation.id;
        let answers = operation.output_text["responses"].as_object().unwrap();
        let promised = answers.get(&answer.status.to_string());
        let promised = promised.unwrap_or_else(|| panic!("{name}: {} is not documented", answer.status));
        let promised = match promised["$ref"].as_str() {
            Some(reference) => self.document.pointer(&reference[1..]).unwrap(),
            None => promised,
        };
        self.check_body(name, promised, answer);
        self.called.lock().unwrap().entry(name.clone()).or_default().insert(answer.status);
    }

    fn check_body(&self, name: &str, promised: &Value, answer: &Answered) {
        let Some(contents) = promised["content"].as_object() else {
            assert!(answer.bytes.is_empty(), "{name}: {} has a body: {}", answer.status, answer.body);
            return;
        };
        let kind = answer.header("content-type").split(';').next().unwrap().trim().to_owned();
        let content = contents.get(&kind);
        let content = content.unwrap_or_else(|| panic!("{name}: {} is answered as {kind:?}", answer.status));
        if !kind.ends_with("json") {
            return;
        }
        let mut schema = content["schema"].clone();
        schema["components"] = self.document["components"].clone();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema);
        let validator = validator.unwrap_or_else(|error| panic!("{name}: the document is wrong: {error}"));
        let faults: Vec<String> = validator
            .iter_errors(&answer.body)
            .map(|fault| format!("{} at {}", fault, fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{name}: {} is not as documented: {}", answer.status, json!(faults));
    }
}
