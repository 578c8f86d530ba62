# Sends one message with net/smtp and says what became of it, as JSON and exit status. The facts are
# in the environment (recipe.5), the recipients are the arguments.
require "json"
require "net/smtp"

def fact(name)
  value = ENV.fetch("SMTPDRILL_#{name}", "")
  value.empty? ? nil : value
end

def finish(status, report)
  puts JSON.generate(report)
  exit!(status) if $stdout.flush
end

def text_of(error)
  error.message.dup.force_encoding("BINARY").encode("UTF-8", invalid: :replace, undef: :replace)
end

# The reply stands at the beginning of the message of these errors.
def finish_by_reply(error, outcome, status)
  report = { outcome: outcome, text: text_of(error) }
  report[:code] = Regexp.last_match(1).to_i if error.message =~ /\A(\d{3})/n
  finish(status, report)
end

def context
  made = OpenSSL::SSL::SSLContext.new
  verify = fact("TLS") == "opportunistic" ? OpenSSL::SSL::VERIFY_NONE : OpenSSL::SSL::VERIFY_PEER
  made.set_params(ca_file: fact("CA"), verify_mode: verify, verify_hostname: fact("TLS") != "opportunistic")
  if fact("CLIENT_CERT")
    made.cert = OpenSSL::X509::Certificate.new(File.read(fact("CLIENT_CERT")))
    made.key = OpenSSL::PKey.read(File.read(fact("CLIENT_KEY")))
  end
  made
end

def session
  smtp = Net::SMTP.new(fact("HOST"), fact("PORT").to_i)
  if fact("TIMEOUT")
    smtp.open_timeout = fact("TIMEOUT").to_i
    smtp.read_timeout = fact("TIMEOUT").to_i
  end
  case fact("TLS")
  when "implicit" then smtp.enable_tls(context)
  when "starttls" then smtp.enable_starttls(context)
  when "opportunistic" then smtp.enable_starttls_auto(context)
  else smtp.disable_starttls
  end
  smtp
end

def credentials
  return [] unless fact("USER")
  how = (fact("MECHANISM") || fact("PROOF") || "plain").downcase.tr("-", "_").to_sym
  [fact("USER"), File.read(fact("PASSWORD_FILE")).chomp, how]
end

begin
  session.start(fact("DOMAIN") || "client.example", *credentials) do |smtp|
    smtp.send_message(File.binread(fact("MESSAGE_CRLF")), fact("FROM") || "", ARGV)
  end
  finish(0, { outcome: "sent" })
rescue Net::SMTPAuthenticationError => error
  finish_by_reply(error, "refused-auth", 77)
rescue Net::SMTPServerBusy => error
  finish_by_reply(error, "temporary", 75)
rescue Net::SMTPSyntaxError, Net::SMTPFatalError => error
  finish_by_reply(error, "permanent", 69)
rescue Net::SMTPUnsupportedCommand => error
  finish(76, { outcome: "refused-tls", text: text_of(error) }) if error.message.match?(/STARTTLS/i)
  finish(1, { text: text_of(error) })
rescue OpenSSL::SSL::SSLError => error
  finish(76, { outcome: "refused-tls", text: text_of(error) })
rescue StandardError => error
  finish(1, { text: "#{error.class}: #{text_of(error)}" })
end
