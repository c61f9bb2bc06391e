//! HTTP for tests: one thread a connection, one answer a request. It knows no API.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use percent_encoding::percent_decode_str;

/// What a client sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query as they were sent.
    pub(crate) target: String,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The path, with its escapes undone.
    pub(crate) fn path(&self) -> String {
        decoded(self.target.split('?').next().unwrap_or_default())
    }

    /// A parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.find(|(key, _)| decoded(key) == name).map(|(_, value)| decoded(&value.replace('+', " ")))
    }

    /// What stands behind `Bearer` in its header.
    pub(crate) fn token(&self) -> Option<&str> {
        self.headers.get("authorization")?.strip_prefix("Bearer ")
    }

    /// A field of a body that a form sent.
    pub(crate) fn form(&self, name: &str) -> Option<String> {
        let target = format!("/?{}", String::from_utf8_lossy(&self.body));
        Self { target, ..self.clone() }.query(name)
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What a server sends back.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The connection ends in the middle of the body.
    pub(crate) is_cut: bool,
}

impl Response {
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json; charset=UTF-8".to_owned())];
        Self { status, headers, body: body.to_string().into_bytes(), is_cut: false }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// A server on a port of its own. It ends when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
}

impl Server {
    /// Starts one that answers with what a function makes of each request.
    pub(crate) fn start(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let is_over = Arc::new(AtomicBool::new(false));
        let (over, answer) = (Arc::clone(&is_over), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), answer) = (stream, Arc::clone(&answer)) else { continue };
                thread::spawn(move || while serve(&stream, answer.as_ref()).is_some() {});
            }
        });
        Self { address, is_over }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // It waits for a connection, and then looks.
        let _ = TcpStream::connect(self.address);
    }
}

/// Answers one request; `None`: the connection is at its end.
fn serve(mut stream: &TcpStream, answer: &dyn Fn(&Request) -> Response) -> Option<()> {
    let request = read(stream)?;
    let response = answer(&request);
    let mut head = format!("HTTP/1.1 {} -\r\nContent-Length: {}\r\n", response.status, response.body.len());
    for (name, value) in &response.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let sent = if response.is_cut { response.body.len() / 2 } else { response.body.len() };
    let bytes = [head.as_bytes(), b"\r\n", &response.body[..sent]].concat();
    stream.write_all(&bytes).ok()?;
    (!response.is_cut).then_some(())
}

fn read(stream: &TcpStream) -> Option<Request> {
    // Nothing is sent before the answer is there, so nothing of the next request is lost with the reader.
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    if headers.get("expect").is_some_and(|expected| expected.eq_ignore_ascii_case("100-continue")) {
        let mut stream = stream;
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, target, headers, body })
}
