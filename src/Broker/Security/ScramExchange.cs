using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SqlStream.Broker.Security;

/// <summary>SASL SCRAM (RFC 5802) without channel binding.</summary>
sealed class ScramExchange(Credentials credentials, HashAlgorithmName hash) : ISaslExchange
{
    string? _clientFirstBare;
    string? _serverFirst;
    string? _nonce;
    byte[] _salted = [];
    bool _isKnown;

    public bool IsDone { get; private set; }

    public byte[]? Next(ReadOnlySpan<byte> message)
    {
        var text = Encoding.UTF8.GetString(message);
        return _clientFirstBare is null ? First(text) : Last(text);
    }

    byte[]? First(string text)
    {
        // n,,n=user,r=nonce: no channel binding, no other identity.
        if (!text.StartsWith("n,", StringComparison.Ordinal) || text.IndexOf(',', 2) is var comma && comma < 0)
            return null;
        var bare = text[(comma + 1)..];
        var user = Attribute(bare, "n=")?.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
        var clientNonce = Attribute(bare, "r=");
        if (user is null || string.IsNullOrEmpty(clientNonce))
            return null;
        var password = credentials.PasswordOf(user);
        _isKnown = password is not null;
        var salt = credentials.SaltOf(user);
        _salted = Rfc2898DeriveBytes.Pbkdf2(password ?? "", salt, Credentials.Iterations, hash, HashBytes);
        _nonce = clientNonce + credentials.NewNonce();
        _clientFirstBare = bare;
        _serverFirst = string.Create(CultureInfo.InvariantCulture, $"r={_nonce},s={Convert.ToBase64String(salt)},i={Credentials.Iterations}");
        return Encoding.UTF8.GetBytes(_serverFirst);
    }

    byte[]? Last(string text)
    {
        var proofAt = text.LastIndexOf(",p=", StringComparison.Ordinal);
        if (IsDone || proofAt < 0 || Attribute(text, "r=") != _nonce || Attribute(text, "c=") != "biws" || !_isKnown)
            return null;
        var proof = new byte[HashBytes];
        if (!Convert.TryFromBase64String(text[(proofAt + 3)..], proof, out var length) || length != HashBytes)
            return null;
        var signed = Encoding.UTF8.GetBytes($"{_clientFirstBare},{_serverFirst},{text[..proofAt]}");
        var storedKey = CryptographicOperations.HashData(hash, Hmac(_salted, "Client Key"u8));
        var signature = Hmac(storedKey, signed);
        for (var i = 0; i < proof.Length; i++)
            proof[i] ^= signature[i];
        if (!CryptographicOperations.FixedTimeEquals(CryptographicOperations.HashData(hash, proof), storedKey))
            return null;
        IsDone = true;
        return Encoding.UTF8.GetBytes("v=" + Convert.ToBase64String(Hmac(Hmac(_salted, "Server Key"u8), signed)));
    }

    int HashBytes => hash == HashAlgorithmName.SHA512 ? 64 : 32;

    byte[] Hmac(byte[] key, ReadOnlySpan<byte> data) => CryptographicOperations.HmacData(hash, key, data);

    static string? Attribute(string text, string name) =>
        text.Split(',').FirstOrDefault(part => part.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
}
