# Sends one message with Net::SMTP and says what became of it, as JSON and exit status. The facts are
# in the environment (recipe.5), the recipients are the arguments.
use strict;
use warnings;

use Authen::SASL qw(Perl);
use JSON::PP;
use Net::SMTP;

my %fact = map { (/^SMTPDRILL_(.*)/ ? ($1 => $ENV{$_}) : ()) } keys %ENV;

sub slurp {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar <$file>;
}

# The class of a reply code; nothing where there is none. 599 and 000 are Net::Cmd's own.
sub outcome_of {
    my ($code) = @_;
    return if $code == 599;
    return $code =~ /^4/ ? 'temporary' : $code =~ /^5/ ? 'permanent' : undef;
}

sub finish {
    my ($status, %report) = @_;
    delete $report{code} unless $report{code};
    $report{code} += 0 if $report{code};
    print encode_json(\%report), "\n";
    exit $status;
}

# What the last reply says of the whole.
sub give_up {
    my ($smtp, $stage) = @_;
    my $code = $smtp->code || 0;
    my $text = join '', $smtp->message;
    $smtp->quit;
    finish_by_code($code, $text, $stage);
}

sub finish_by_code {
    my ($code, $text, $stage) = @_;
    my $outcome = outcome_of($code);
    finish(1, text => $text) unless $outcome;
    finish($outcome eq 'temporary' ? 75 : 69,
        outcome => $outcome, code => $code, stage => $stage, text => $text);
}

sub tls_options {
    return () unless $fact{TLS};
    return (
        SSL_ca_file => $fact{CA},
        ($fact{CLIENT_CERT}
            ? (SSL_cert_file => $fact{CLIENT_CERT}, SSL_key_file => $fact{CLIENT_KEY})
            : ()),
        SSL_verifycn_name => $fact{TLS_NAME} || $fact{HOST},
        SSL_hostname => $fact{TLS_NAME} || '',
        SSL_verify_mode => $fact{TLS} eq 'opportunistic' ? 0 : 1,
    );
}

sub connect_to {
    my $smtp = Net::SMTP->new(
        $fact{HOST},
        Port => $fact{PORT},
        Hello => $fact{DOMAIN} || 'client.example',
        ($fact{TIMEOUT} ? (Timeout => $fact{TIMEOUT}) : ()),
        SSL => ($fact{TLS} || '') eq 'implicit',
        tls_options(),
    );
    return $smtp if $smtp;
    my $why = $@;
    finish(76, outcome => 'refused-tls', text => $why) if $why =~ /SSL|certificate/i;
    finish_by_code($why =~ /: (\d{3}) / ? $1 : 0, $why, 'greeting');
}

sub start_tls {
    my ($smtp) = @_;
    my $tls = $fact{TLS} || '';
    return unless $tls eq 'starttls' || $tls eq 'opportunistic';
    return if $tls eq 'opportunistic' && !defined $smtp->supports('STARTTLS');
    return if $smtp->starttls(tls_options());
    return if $tls eq 'opportunistic' && $smtp->connected && $smtp->code >= 400;
    finish(76, outcome => 'refused-tls', text => $@ || join('', $smtp->message));
}

sub log_in {
    my ($smtp) = @_;
    my $password = slurp($fact{PASSWORD_FILE});
    $password =~ s/\n\z//;
    my @who = ($fact{USER}, $password);
    if ($fact{MECHANISM}) {
        @who = (Authen::SASL->new(
            mechanism => $fact{MECHANISM},
            callback => { user => $fact{USER}, authname => '', pass => $password },
        ));
    }
    return if eval { $smtp->auth(@who) };
    my $code = $smtp->code || 0;
    my $text = $@ || join '', $smtp->message;
    $smtp->quit;
    finish(77, outcome => 'refused-auth', code => outcome_of($code) ? $code : 0, text => $text);
}

sub mail_options {
    return (
        ($fact{RET} ? (Return => $fact{RET}) : ()),
        ($fact{ENVID} ? (Envelope => $fact{ENVID}) : ()),
    );
}

# The library takes ORCPT as it stands on the wire (its ENVID, too, but not its Envelope).
sub xtext {
    my ($type, $address) = split /;/, shift, 2;
    $address =~ s/([^!-~]|[+=])/sprintf '+%02X', ord $1/ge;
    return "$type;$address";
}

sub recipient_options {
    return {
        ($fact{NOTIFY} ? (Notify => [split /,/, $fact{NOTIFY}]) : ()),
        ($fact{ORCPT} ? (ORcpt => xtext($fact{ORCPT})) : ()),
    };
}

my @to = @ARGV;
my $smtp = connect_to();
start_tls($smtp);
log_in($smtp) if $fact{USER};
$smtp->mail("<$fact{FROM}>", mail_options()) or give_up($smtp, 'MAIL');
my @rows;
for my $to (@to) {
    if ($smtp->recipient("<$to>", recipient_options())) {
        push @rows, { address => $to, outcome => 'sent' };
        next;
    }
    my $outcome = outcome_of($smtp->code || 0) or give_up($smtp, 'RCPT');
    push @rows, { address => $to, outcome => $outcome, code => $smtp->code + 0 };
}
my @taken = grep { $_->{outcome} eq 'sent' } @rows;
give_up($smtp, 'RCPT') unless @taken;
$smtp->data or give_up($smtp, 'DATA');
$smtp->datasend(slurp($fact{MESSAGE_LF}));
$smtp->dataend or give_up($smtp, 'end-of-data');
$smtp->quit;
finish(0, outcome => @taken == @rows ? 'sent' : 'partial', recipients => \@rows);
