namespace SqlStream.Functions.Kernels;

/// <summary>Converts between instants and local times of a time zone; remembers the last day's offset while it did not
/// change.</summary>
/// <remarks>A local time that is skipped counts with the offset before the gap, one that occurs twice is the earlier:
/// as in Java.</remarks>
struct Zone(TimeZoneInfo zone)
{
    readonly TimeZoneInfo _zone = zone;
    readonly bool _isUtc = zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime && zone.GetAdjustmentRules().Length == 0;
    long _from = long.MaxValue;
    long _to = long.MinValue;
    long _offset;
    long _localFrom = long.MaxValue;
    long _localTo = long.MinValue;
    long _localOffset;

    /// <summary>The local time of an instant.</summary>
    public long ToLocal(long instant)
    {
        if (_isUtc)
            return instant;
        if (instant < _from || instant > _to)
            Look(instant);
        return Math.Clamp(instant + _offset, Calendar.MicrosMin, Calendar.MicrosMax);
    }

    /// <summary>The instant of a local time.</summary>
    public long ToInstant(long local)
    {
        if (_isUtc)
            return local;
        if (local >= _localFrom && local <= _localTo)
            return Math.Clamp(local - _localOffset, Calendar.MicrosMin, Calendar.MicrosMax);
        LookLocal(local);
        var time = Time(local, DateTimeKind.Unspecified);
        var offset = _zone.GetUtcOffset(time);
        if (_zone.IsAmbiguousTime(time))
            offset = _zone.GetAmbiguousTimeOffsets(time).Max();
        return Math.Clamp(local - (offset.Ticks / TimeSpan.TicksPerMicrosecond), Calendar.MicrosMin, Calendar.MicrosMax);
    }

    // An offset that is the same at both ends of a day holds between them.
    void Look(long instant)
    {
        _offset = OffsetAt(instant);
        _from = _to = instant;
        var start = Calendar.DayOf(instant) * Calendar.MicrosPerDay;
        var end = start + Calendar.MicrosPerDay - 1;
        if (OffsetAt(start) == _offset && OffsetAt(end) == _offset)
            (_from, _to) = (start, end);
    }

    // Where nothing changes from the day before to the day after, whatever the zone, all times of the day have one offset.
    void LookLocal(long local)
    {
        var start = Calendar.DayOf(local) * Calendar.MicrosPerDay;
        var offset = OffsetAt(start);
        for (var day = -1; day <= 2; day++)
        {
            if (OffsetAt(start + (day * Calendar.MicrosPerDay)) != offset)
                return;
        }
        (_localFrom, _localTo, _localOffset) = (start, start + Calendar.MicrosPerDay - 1, offset);
    }

    readonly long OffsetAt(long instant) =>
        _zone.GetUtcOffset(Time(instant, DateTimeKind.Utc)).Ticks / TimeSpan.TicksPerMicrosecond;

    static DateTime Time(long micros, DateTimeKind kind)
    {
        var clamped = Math.Clamp(micros, Calendar.MicrosMin, Calendar.MicrosMax);
        return new DateTime(DateTime.UnixEpoch.Ticks + (clamped * TimeSpan.TicksPerMicrosecond), kind);
    }
}
