using System.Security.Cryptography;
using System.Text;

namespace SqlStream.Broker.Security;

/// <summary>SASL PLAIN (RFC 4616): authorization id, user and password, separated by zero bytes.</summary>
sealed class PlainExchange(Credentials credentials) : ISaslExchange
{
    public bool IsDone { get; private set; }

    public byte[]? Next(ReadOnlySpan<byte> message)
    {
        var first = message.IndexOf((byte)0);
        if (first < 0)
            return null;
        var rest = message[(first + 1)..];
        var second = rest.IndexOf((byte)0);
        if (second < 0)
            return null;
        var expected = credentials.PasswordOf(Encoding.UTF8.GetString(rest[..second]));
        // Compared in constant time and also for a user that is not there.
        var isRight = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected ?? ""), rest[(second + 1)..]);
        IsDone = isRight && expected is not null;
        return IsDone ? [] : null;
    }
}
