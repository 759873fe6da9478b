//! Numbers about requests, in the text format of Prometheus. They hold no ids: addresses appear as templates.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use actix_web::http::{Method, StatusCode};

/// Upper bounds of the duration buckets, in seconds, as they are written.
const BUCKETS: [(f64, &str); 8] = [
    (0.005, "0.005"),
    (0.025, "0.025"),
    (0.1, "0.1"),
    (0.25, "0.25"),
    (0.5, "0.5"),
    (1.0, "1"),
    (2.5, "2.5"),
    (10.0, "10"),
];

/// Counts requests.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    in_flight: AtomicI64,
    served: Mutex<BTreeMap<Label, Numbers>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Label {
    template: String,
    method: String,
    class: u16,
}

#[derive(Debug, Default, Clone, Copy)]
struct Numbers {
    count: u64,
    seconds: f64,
    buckets: [u64; BUCKETS.len()],
}

/// A request that is being served, until it is dropped.
pub(crate) struct InFlight(Arc<Metrics>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// Notes that a request came in.
    pub(crate) fn begin(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(self))
    }

    /// Notes that a request was answered. Methods nobody serves are counted together, so that nobody can invent
    /// series.
    pub(crate) fn served(&self, method: &Method, template: &str, status: StatusCode, took: Duration) {
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let method = if known.contains(&method.as_str()) { method.as_str() } else { "OTHER" };
        let label =
            Label { template: template.to_owned(), method: method.to_owned(), class: status.as_u16() / 100 };
        let seconds = took.as_secs_f64();
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers = served.entry(label).or_default();
        numbers.count += 1;
        numbers.seconds += seconds;
        for (count, (bound, _)) in numbers.buckets.iter_mut().zip(BUCKETS) {
            if seconds <= bound {
                *count += 1;
            }
        }
    }

    /// All numbers.
    pub(crate) fn text(&self) -> String {
        let served = self.served.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut text = String::from(
            "# HELP http_requests_in_flight Requests being served.\n# TYPE http_requests_in_flight gauge\n",
        );
        let _ = writeln!(text, "http_requests_in_flight {}", self.in_flight.load(Ordering::Relaxed));
        text.push_str("# HELP http_requests_total Requests answered.\n# TYPE http_requests_total counter\n");
        let labels = |label: &Label| {
            format!("method=\"{}\",path=\"{}\",status=\"{}xx\"", label.method, label.template, label.class)
        };
        for (label, numbers) in &served {
            let _ = writeln!(text, "http_requests_total{{{}}} {}", labels(label), numbers.count);
        }
        let name = "http_request_duration_seconds";
        let _ = writeln!(text, "# HELP {name} Time until the answer began.\n# TYPE {name} histogram");
        for (label, numbers) in &served {
            let labels = labels(label);
            for (count, (_, bound)) in numbers.buckets.iter().zip(BUCKETS) {
                let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
            }
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", numbers.count);
            let _ = writeln!(text, "{name}_sum{{{labels}}} {}", numbers.seconds);
            let _ = writeln!(text, "{name}_count{{{labels}}} {}", numbers.count);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_template_and_class() {
        let metrics = Arc::new(Metrics::default());
        let running = metrics.begin();
        metrics.served(&Method::GET, "/a/{id}", StatusCode::OK, Duration::from_millis(50));
        metrics.served(&Method::GET, "/a/{id}", StatusCode::CREATED, Duration::from_secs(20));
        let text = metrics.text();
        assert!(text.contains("http_requests_in_flight 1\n"));
        assert!(text.contains("http_requests_total{method=\"GET\",path=\"/a/{id}\",status=\"2xx\"} 2\n"));
        assert!(text.contains("status=\"2xx\",le=\"0.1\"} 1\n") && text.contains("le=\"+Inf\"} 2\n"));
        drop(running);
        assert!(metrics.text().contains("http_requests_in_flight 0\n"));
    }
}
