using SqlStream.Core.Diagnostics;

namespace SqlStream.Broker;

/// <summary>What the broker says when something is wrong outside of the protocol's own error codes.</summary>
static class BrokerErrors
{
    public static ExternalException MalformedFrame(string what) =>
        new($"malformed request: {what}", Retry.Never, SqlState.DataException);

    public static ExternalException FrameTooLarge(long length, int max) =>
        new($"request of {length} bytes is larger than the {max} bytes allowed", Retry.Never, SqlState.DataException);

    public static ExternalException CannotListen(string address, Exception cause) =>
        new($"address {address} cannot be listened on", Retry.Never, cause: cause, hint: "Another program may use the port; choose one with --listen, port 0 takes a free one.");

    public static SqlException WrongListenAddress(string text) =>
        new(SqlState.InvalidParameterValue, $"listen address \"{text}\" is not HOST:PORT", hint: "For example 127.0.0.1:9092; port 0 takes a free one.");

    public static SqlException WrongOption(string name, string rule) =>
        new(SqlState.InvalidParameterValue, $"option {name} {rule}");

    public static ExternalException DataInUse(string directory, Exception cause) =>
        new($"data directory \"{directory}\" is used by another broker", Retry.Never, SqlState.ObjectInUse, cause);

    public static ExternalException DataNotReadable(string path, string why) =>
        new($"file \"{path}\" of the broker cannot be read: {why}", Retry.Never, SqlState.DataCorrupted);

    public static ExternalException DataNotWritable(string path, Exception cause) =>
        new($"file \"{path}\" of the broker cannot be written", Retry.Backoff, cause: cause);
}
