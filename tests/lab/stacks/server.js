// A server of Node's tls that requires a certificate of its clients: server.js PORT FOLDER.
const fs = require("fs");
const tls = require("tls");
const [port, folder] = process.argv.slice(2);
const read = (name) => fs.readFileSync(`${folder}/${name}`);
const options = {
  cert: read("server.pem"), key: read("server.key"), ca: read("trusted.pem"),
  requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.2",
};
const server = tls.createServer(options, (connection) => {
  connection.on("error", (error) => console.error(error.message));
  connection.once("data", () => connection.end("HTTP/1.0 200 OK\r\n\r\n"));
});
server.on("tlsClientError", (error) => console.error(error.message));
server.listen(Number(port), "127.0.0.1");
