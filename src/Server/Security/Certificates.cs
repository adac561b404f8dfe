using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace SqlStream.Server.Security;

/// <summary>Certificates of the server and of its clients, from PEM files.</summary>
static class Certificates
{
    /// <summary>Sets TLS up.</summary>
    public static void Use(HttpsConnectionAdapterOptions https, ServerOptions options)
    {
        https.ServerCertificate = Load(options.Certificate!, options.Key);
        https.HandshakeTimeout = TimeSpan.FromSeconds(10);
        if (options.ClientAuthority is not { } path)
            return;
        var authorities = Authorities(path);
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, _, _) => IsSigned(certificate, authorities);
    }

    static X509Certificate2 Load(string path, string? key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(path, key);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ServerErrors.WrongCertificate(path, e);
        }
    }

    static X509Certificate2Collection Authorities(string path)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(path);
            return authorities.Count > 0 ? authorities : throw new CryptographicException("it has no certificate");
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw ServerErrors.WrongCertificate(path, e);
        }
    }

    static bool IsSigned(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        return chain.Build(certificate);
    }
}
