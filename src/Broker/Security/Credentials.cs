using System.Security.Cryptography;
using System.Text;

namespace SqlStream.Broker.Security;

/// <summary>The users that may connect, and the mechanisms by which they prove it. Thread-safe.</summary>
sealed class Credentials(IReadOnlyDictionary<string, string> users, Random random)
{
    public const int Iterations = 4096;
    readonly Lock _lock = new();
    readonly byte[] _saltKey = RandomBytes(random, 16);

    public static IReadOnlyList<string> Mechanisms { get; } = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

    public bool IsRequired => users.Count > 0;

    public string? PasswordOf(string user) => users.GetValueOrDefault(user);

    public ISaslExchange? Begin(string mechanism) => mechanism switch
    {
        "PLAIN" => new PlainExchange(this),
        "SCRAM-SHA-256" => new ScramExchange(this, HashAlgorithmName.SHA256),
        "SCRAM-SHA-512" => new ScramExchange(this, HashAlgorithmName.SHA512),
        _ => null,
    };

    /// <summary>The salt of a user; also one that is not there has one, always the same, so that asking tells nothing.</summary>
    public byte[] SaltOf(string user) => HMACSHA256.HashData(_saltKey, Encoding.UTF8.GetBytes(user))[..16];

    public string NewNonce()
    {
        lock (_lock)
            return Convert.ToHexStringLower(RandomBytes(random, 16));
    }

    static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
