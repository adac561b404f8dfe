using System.Net;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Server;

/// <summary>The messages of the server.</summary>
static class ServerErrors
{
    /// <summary>28000: who asks is not known.</summary>
    public const string InvalidAuthorization = "28000";

    public static SqlException NoSuchSession(string id) => new(
        SqlState.UndefinedObject, $"session '{id}' does not exist", "It may have been closed, also because nobody used it. POST /v1/sessions opens one.");

    public static SqlException NoSuchStatement(string id) => new(
        SqlState.UndefinedObject, $"statement '{id}' does not exist", "It may have been forgotten: a session remembers its last statements only.");

    public static SqlException NoSuchCheckpoint(string job, long id) => new(
        SqlState.UndefinedObject, $"checkpoint {id} of job {job} does not exist", $"'sqlstream jobs checkpoints {job}' lists those that are known.");

    public static SqlException TooManySessions(int max) => new(
        SqlState.ConfigurationLimitExceeded, "there are too many sessions", "Close one, or wait until one that nobody uses is closed.", $"The server has {max} at the most.");

    public static SqlException TooManyStatements(int max) => new(
        SqlState.ConfigurationLimitExceeded, "the session has too many statements that run", "Cancel one, or open another session.", $"A session has {max} at the most.");

    public static SqlException SqlTooLong(int length, int max) => new(
        SqlState.StatementTooComplex, "the statement is too long", "Submit it in parts.", $"It has {length} characters; the server takes {max}.");

    public static SqlException NotOneStatement(int count) => new(
        SqlState.SyntaxError, count == 0 ? "there is no statement" : $"there are {count} statements where one is expected",
        "Submit statements one by one, or a script to POST /v1/scripts.");

    public static Diagnostic QueryInScript(SourceSpan span) => new(
        SqlState.FeatureNotSupported, "a query in a submitted script has nobody who reads its rows", span,
        Hint: "Insert them into a table, or execute the query in a session.");

    public static SqlException WrongBody(string problem) => new(
        SqlState.InvalidParameterValue, "the body of the request is not what is expected", "GET /v1/openapi.json describes it.", problem);

    public static SqlException WrongParameter(string name, string expected, string value) => new(
        SqlState.InvalidParameterValue, $"parameter '{name}' must be {expected}, not '{value}'");

    public static SqlException CursorIsGone(long cursor, long first) => new(
        SqlState.InvalidParameterValue, $"the rows at cursor {cursor} have been forgotten", "Execute the statement again.",
        $"Asking for a page lets the server forget what is before it; the first row that is left has number {first}.");

    public static SqlException CursorAhead(long cursor, long next) => new(
        SqlState.InvalidParameterValue, $"cursor {cursor} is behind the rows that there are", "Use the 'next' of the last page.", $"The next row has number {next}.");

    public static SqlException NoResult(string id) => new(
        SqlState.InvalidTransactionState, $"statement '{id}' has no rows", "Only queries, SHOW and DESCRIBE have.");

    public static SqlException OnlyInServer(string what) => new(
        SqlState.FeatureNotSupported, $"{what} is not possible in a process that runs one script", "Start 'sqlstream server' for it.");

    public static SqlException NotReady() => new(SqlState.InvalidTransactionState, "the server is starting or stopping", "Try again in a moment.");

    public static SqlException NeedsAuthentication(IPAddress address) => new(
        SqlState.InvalidParameterValue, $"a server on {address} needs a token or certificates of its clients, for others can reach it",
        "Give --token-file FILE or SQLSTREAM_TOKEN, or --tls-cert, --tls-key and --client-ca; or listen on 127.0.0.1.");

    public static SqlException TokenTooShort(int min) => new(
        SqlState.InvalidParameterValue, $"a token must have at least {min} characters", "For example that of 'openssl rand -hex 32'.");

    public static SqlException CannotListen(IPEndPoint address, Exception cause) => new(
        SqlState.ObjectInUse, $"address {address} cannot be listened on", "Is another server there already? --listen HOST:PORT chooses another, port 0 a free one.", cause.Message);

    public static SqlException WrongCertificate(string path, Exception cause) => new(
        SqlState.InvalidParameterValue, $"certificate file \"{path}\" cannot be used", "It must be a PEM file.", cause.Message);
}
