using System.Text.RegularExpressions;

namespace SqlStream.Core.Connect;

/// <summary>Tells options whose values are nobody else's business, and what is shown of them: in SHOW CREATE, in the history of the shell, in
/// checkpoints.</summary>
public static partial class SecretOptions
{
    /// <summary>What stands for a secret.</summary>
    public const string Masked = "******";

    static readonly string[] _parts = ["password", "secret", "sasl.jaas.config", "passphrase", "access-key", "access.key", "user-info", "user.info", "private-key", "ssl.key.pem"];

    /// <summary>True for an option whose value is a secret, by its key.</summary>
    public static bool IsSecret(string key) =>
        key.EndsWith("token", StringComparison.OrdinalIgnoreCase) || _parts.Any(part => key.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>False for a text that certainly holds no secret.</summary>
    public static bool MayBeIn(string text) => text.Contains("://", StringComparison.Ordinal) || text.Contains("token", StringComparison.OrdinalIgnoreCase)
        || text.Contains("pwd", StringComparison.OrdinalIgnoreCase) || text.Contains("psw", StringComparison.OrdinalIgnoreCase) || IsSecret(text);

    /// <summary>What may be shown of an option's value: also a password within an address is left out.</summary>
    public static string Show(string key, string value) => IsSecret(key) ? Masked : WithoutParameter(WithoutUser(value, _ => Masked), _ => Masked);

    /// <summary>The same, as long as the value is: positions behind it stay what they are.</summary>
    public static string ShowAsLong(string key, string value) => IsSecret(key) ? Stars(value) : WithoutParameter(WithoutUser(value, Stars), Stars);

    static string WithoutUser(string value, Func<string, string> mask) =>
        UserInAddress().Replace(value, found => $"{found.Groups[1].Value}{mask(found.Groups[2].Value)}@");

    // Of an address, or of a list such as Host=...;Password=...
    static string WithoutParameter(string value, Func<string, string> mask) =>
        PasswordParameter().Replace(value, found => found.Groups[1].Value + mask(found.Groups[2].Value));

    static string Stars(string value) => string.Concat(value.Select(c => c is '\n' or '\r' ? c : '*'));

    [GeneratedRegex("(://[^/@:?#]*:)([^/@?#]+)@")]
    private static partial Regex UserInAddress();

    [GeneratedRegex("((?:^|[?&;\\s])(?:password|pwd|psw|sslpassword|ssl password)\\s*=\\s*)(\"[^\"]*\"|'[^']*'|[^&;\\r\\n]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PasswordParameter();
}
