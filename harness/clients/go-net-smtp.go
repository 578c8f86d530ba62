// Sends one message with net/smtp and says what became of it, as JSON and exit status. The facts are
// in the environment (recipe.5), the recipients are the arguments.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"time"
)

type report struct {
	Outcome string `json:"outcome,omitempty"`
	Code    int    `json:"code,omitempty"`
	Stage   string `json:"stage,omitempty"`
	Text    string `json:"text,omitempty"`
}

func fact(name string) string {
	return os.Getenv("SMTPDRILL_" + name)
}

func slurp(name string) []byte {
	octets, err := os.ReadFile(fact(name))
	if err != nil {
		finish(1, report{Text: err.Error()})
	}
	return octets
}

func finish(status int, what report) {
	line, _ := json.Marshal(what)
	fmt.Println(string(line))
	os.Exit(status)
}

func giveUp(stage string, err error) {
	var reply *textproto.Error
	what := report{Stage: stage, Text: err.Error()}
	if !errors.As(err, &reply) {
		finish(1, what)
	}
	what.Code = reply.Code
	switch {
	case stage == "AUTH":
		what.Outcome = "refused-auth"
		finish(77, what)
	case reply.Code/100 == 4:
		what.Outcome = "temporary"
		finish(75, what)
	case reply.Code/100 == 5:
		what.Outcome = "permanent"
		finish(69, what)
	}
	finish(1, what)
}

func config() *tls.Config {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(slurp("CA"))
	name := fact("TLS_NAME")
	if name == "" {
		name = fact("HOST")
	}
	made := &tls.Config{RootCAs: pool, ServerName: name}
	if own, err := tls.LoadX509KeyPair(fact("CLIENT_CERT"), fact("CLIENT_KEY")); err == nil {
		made.Certificates = []tls.Certificate{own}
	}
	made.InsecureSkipVerify = fact("TLS") == "opportunistic"
	return made
}

func connect() net.Conn {
	address := net.JoinHostPort(fact("HOST"), fact("PORT"))
	connection, err := net.Dial("tcp", address)
	if err != nil {
		giveUp("connect", err)
	}
	if seconds, err := strconv.Atoi(fact("TIMEOUT")); err == nil {
		_ = connection.SetDeadline(time.Now().Add(time.Duration(seconds) * time.Second))
	}
	if fact("TLS") != "implicit" {
		return connection
	}
	secured := tls.Client(connection, config())
	if err := secured.Handshake(); err != nil {
		finish(76, report{Outcome: "refused-tls", Text: err.Error()})
	}
	return secured
}

func startTLS(client *smtp.Client) {
	wanted := fact("TLS")
	if wanted != "starttls" && wanted != "opportunistic" {
		return
	}
	if offered, _ := client.Extension("STARTTLS"); wanted == "opportunistic" && !offered {
		return
	}
	if err := client.StartTLS(config()); err != nil {
		finish(76, report{Outcome: "refused-tls", Text: err.Error()})
	}
}

func logIn(client *smtp.Client) {
	user := fact("USER")
	if user == "" {
		return
	}
	password := strings.TrimSuffix(string(slurp("PASSWORD_FILE")), "\n")
	name := fact("HOST")
	var how smtp.Auth
	mechanism := fact("MECHANISM")
	if mechanism == "" && fact("PROOF") == "cram-md5" {
		mechanism = "CRAM-MD5"
	}
	switch mechanism {
	case "", "PLAIN":
		how = smtp.PlainAuth("", user, password, name)
	case "CRAM-MD5":
		how = smtp.CRAMMD5Auth(user, password)
	default:
		finish(127, report{Text: "no mechanism " + mechanism})
	}
	if offered, _ := client.Extension("AUTH"); !offered { // as smtp.SendMail asks, too
		finish(77, report{Stage: "AUTH", Outcome: "refused-auth", Text: "the server does not offer AUTH"})
	}
	if err := client.Auth(how); err != nil {
		giveUp("AUTH", err)
	}
}

func send(client *smtp.Client) {
	if err := client.Mail(fact("FROM")); err != nil {
		giveUp("MAIL", err)
	}
	for _, to := range os.Args[1:] {
		if err := client.Rcpt(to); err != nil {
			giveUp("RCPT", err)
		}
	}
	body, err := client.Data()
	if err != nil {
		giveUp("DATA", err)
	}
	if _, err = body.Write(slurp("MESSAGE_LF")); err != nil {
		giveUp("DATA", err)
	}
	if err = body.Close(); err != nil {
		giveUp("end-of-data", err)
	}
}

func main() {
	client, err := smtp.NewClient(connect(), fact("HOST"))
	if err != nil {
		giveUp("greeting", err)
	}
	defer client.Close()
	domain := fact("DOMAIN")
	if domain == "" {
		domain = "client.example"
	}
	if err := client.Hello(domain); err != nil {
		giveUp("EHLO", err)
	}
	startTLS(client)
	logIn(client)
	send(client)
	_ = client.Quit()
	finish(0, report{Outcome: "sent"})
}
